// kubesim dns: what the cluster's DNS answers, to a question (query) or to everybody who asks (serve).
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import { CommandError } from '../errors'

export const command: OwnCommand = {
  summary: "Ask the cluster's DNS, or serve it over UDP and TCP",
  define(program: Program, context: OwnContext, exit) {
    program
      .command('query <name> [type]')
      .description('What DNS answers; with --pod the search list of its resolv.conf is walked. Exit code 1 when nothing was found')
      .option('--pod <pod>', 'ask from inside this Pod')
      .option('-n, --namespace <namespace>', "the Pod's namespace", 'default')
      .option('-o, --output <format>', 'json for programs')
      .action(async (name: string, type: string | undefined, options: { pod?: string; namespace: string; output?: string }) => {
        const { query } = await import('./dns-query')
        exit(query(context, name, type, options))
      })
    program
      .command('serve')
      .description('Answer over UDP and TCP until stopped, following the state file')
      .option('--address <ip>', 'the address to listen on', '127.0.0.1')
      .option('--port <port>', 'the port to listen on; 0 takes a free one', '1053')
      .option('--forward <server>', 'who is asked about names outside the cluster, ip or ip:port (default: nobody, SERVFAIL)')
      .action(async (options: { address: string; port: string; forward?: string }) => {
        const { serveDns } = await import('./dns-serve')
        const server = await serveDns(context.cluster, {
          address: options.address,
          port: portArgument(options.port),
          forward: options.forward,
        })
        // Who reads that it answers may end it at once.
        context.host.onInterrupt(() => server.close())
        context.host.surviveHangUp()
        context.out(`cluster.local is answered on ${server.address}:${server.port} (UDP and TCP)\n`)
        await server.closed
      })
  },
}

function portArgument(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65535) throw new CommandError(`invalid port "${text}": must be from 0 to 65535`)
  return port
}
