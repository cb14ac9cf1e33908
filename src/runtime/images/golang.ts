// golang.
import { language } from './language'

export const golang = language(['golang'], 'go', 'go version go1.23.3 linux/amd64\n', 312_000_000)
