// The context of a daemon that a script started: its own arguments and variables, and the streams its process writes to.
import type { ProcessContext } from '../process'
import type { Machine } from './machine'
import type { ShellProcess } from './state'

export function daemonContext(machine: Machine, process: ShellProcess, argv: string[]): ProcessContext {
  const base = machine.host.context
  const variables: Record<string, string> = {}
  for (const [name, v] of Object.entries(process.variables)) if (v.exported) variables[name] = v.value
  const write: ProcessContext['write'] = (text, stream = 'stdout') => machine.write(process, stream === 'stderr' ? 2 : 1, text)
  return {
    ...{ env: base.env, pod: base.pod, container: base.container, files: base.files, record: base.record },
    ...{
      connect: base.connect,
      resolve: base.resolve,
      dns: base.dns,
      ping: base.ping,
      sockets: base.sockets,
      signal: base.signal,
      pids: base.pids,
    },
    argv,
    variables,
    log: (line, stream) => write(`${typeof line === 'string' ? line : line(machine.now)}\n`, stream),
    dateHeader: base.dateHeader,
    write,
    bound: (port, protocol = 'TCP') =>
      base.bound(port, protocol) || machine.listeners().some((l) => l.port === port && l.protocol === protocol && l.owner !== process.pid),
  }
}
