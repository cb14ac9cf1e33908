// node.
import { language } from './language'

export const node = language(['node', 'bitnami/node'], 'node', 'v22.11.0\n', 378_000_000, ['npm', 'npx', 'yarn'])
