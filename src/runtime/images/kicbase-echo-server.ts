// kicbase/echo-server.
import { echoServer } from './echo-server'

export const kicbaseEcho = echoServer(['kicbase/echo-server'], 4_943_872)
