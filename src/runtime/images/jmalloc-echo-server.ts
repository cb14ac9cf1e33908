// jmalloc/echo-server.
import { echoServer } from './echo-server'

export const jmallocEcho = echoServer(['jmalloc/echo-server'], 8_130_560)
