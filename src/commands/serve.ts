// kubesim serve: node ports and load balancers as real listeners whose connections go the way the rules say, following the state.
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import { sleep } from '../env'
import { CommandError } from '../errors'
import { Live } from '../live'
import { isIP } from '../network/address'
import { LoadBalancers } from './serve-balancers'
import { PortSet } from './serve-ports'

/** How often the state is looked at for Services that came or went, ms. */
const POLL_MS = 150

interface Options {
  address?: string
  port?: string
  loadBalancer?: boolean
}

export const command: OwnCommand = {
  summary: 'Listen on node ports and load balancer ports, or serve the Kubernetes API or a page that shows the network',
  define(program: Program, context: OwnContext) {
    program
      .argument('[what]', 'node-ports, api or page', 'node-ports')
      .option('--address <ips>', 'addresses to listen on, the first for the first node and so on (default: a loopback address a node)')
      .option('--port <port>', 'the port of the API or the page; 0 takes a free one (default: 6443, 8088)')
      .option('--load-balancer', 'give Services of type LoadBalancer an EXTERNAL-IP and listen on their ports too')
      .action(async (what: string, options: Options) => {
        if (what === 'api') {
          const { serveApi } = await import('./serve-api')
          return serveApi(context, options)
        }
        if (what === 'page') {
          const { servePage } = await import('./serve-page')
          return servePage(context, options)
        }
        if (what !== 'node-ports') throw new CommandError(`unknown thing to serve "${what}": node-ports, api, page`)
        await serve(context, addresses(options.address), options.loadBalancer === true)
      })
  },
}

function addresses(text: string | undefined): string[] | undefined {
  const given = text?.split(',').map((a) => a.trim())
  for (const address of given ?? []) if (!isIP(address)) throw new CommandError(`invalid address "${address}"`)
  return given
}

/** Runs until interrupted. */
async function serve(context: OwnContext, given: string[] | undefined, balance: boolean): Promise<void> {
  const { host } = context
  let interrupted = false
  host.onInterrupt(() => {
    interrupted = true
  })
  host.surviveHangUp()
  const say = (line: string) => context.out(`${line}\n`)
  const live = new Live(context.cluster, (error) => context.err(`the state could not be written: ${(error as Error).message}\n`))
  const ports = new PortSet(live, say, (line) => context.err(`${line}\n`))
  const balancers = balance ? new LoadBalancers(context.cluster, given?.[0]) : undefined
  let first = true
  while (!interrupted) {
    balancers?.provide(live.cluster())
    await ports.follow(given, balance)
    if (first && ports.size === 0) say('no node ports yet; they are opened as Services come')
    first = false
    await sleep(POLL_MS)
  }
  ports.close()
  live.flush()
  balancers?.withdraw()
}
