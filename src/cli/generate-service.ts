// What the four create service commands share. Upstream: kubectl/pkg/cmd/create/create_service.go.
import { CommandError } from '../errors'
import { isDns1123Subdomain, isPortName, isPortNumber } from '../lib/names'
import type { CommandContext } from './context'
import { generate, metadataOf, nameOf } from './generate'

export interface ServiceKind {
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  clusterIP?: string
  nodePort?: number
  externalName?: string
}

/** utilsnet.ParsePort with zero allowed. */
function parsePort(text: string): number {
  const quoted = JSON.stringify(text)
  if (!/^[0-9]+$/.test(text)) throw new CommandError(`strconv.ParseUint: parsing ${quoted}: invalid syntax`)
  if (Number(text) > 65535) throw new CommandError(`strconv.ParseUint: parsing ${quoted}: value out of range`)
  return Number(text)
}

/** `port[:targetPort]`, the target a number or a port's name. */
function parsePorts(text: string): { port: number; targetPort: number | string } {
  const [first, second] = text.split(':')
  const port = parsePort(first)
  if (second === undefined) return { port, targetPort: port }
  const number = /^[+-]?[0-9]+$/.test(second) ? Number(second) : undefined
  const errors = number === undefined ? isPortName(second) : isPortNumber(number)
  if (errors.length) throw new CommandError(errors.join(','))
  return { port, targetPort: number ?? second }
}

function validate(context: CommandContext, { type, clusterIP, externalName = '' }: ServiceKind): void {
  if (clusterIP !== 'None' && !context.flags.list('tcp').length && type !== 'ExternalName') {
    throw new CommandError('at least one tcp port specifier must be provided')
  }
  if (type === 'ExternalName' && isDns1123Subdomain(externalName).length) {
    throw new CommandError(`invalid service external name ${externalName}`)
  }
}

export function generateService(context: CommandContext, kind: ServiceKind): void {
  const { name } = nameOf(context)
  validate(context, kind)
  const { type, clusterIP, nodePort, externalName } = kind
  generate(context, {
    unsaved: true,
    failure: `failed to create ${type} service: `,
    build: () => {
      const ports = context.flags.list('tcp').map((text) => {
        const { port, targetPort } = parsePorts(text)
        return { name: text.replaceAll(':', '-'), port, protocol: 'TCP', targetPort, ...(nodePort ? { nodePort } : {}) }
      })
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadataOf(context, name, { labels: { app: name } }),
        spec: {
          type,
          selector: { app: name },
          ...(ports.length ? { ports } : {}),
          ...(externalName ? { externalName } : {}),
          ...(clusterIP ? { clusterIP } : {}),
        },
      }
    },
  })
}
