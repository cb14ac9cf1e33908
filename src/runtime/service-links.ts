// The variables that tell a container of its namespace's Services: kept as a line of facts a Service, since there may be thousands of
// them in thousands of containers, and made into variables when somebody looks. Follows pkg/kubelet/envvars/envvars.go.
import type { Pod, Service } from '../api/types'
import type { ContainerRecord } from './process'
import type { World } from './world'

/** Age at which the API server's own Service has reached the kubelets of a cluster that has just come up, ms. */
const OWN_SERVICE_SETTLED = 3000

/** The Services that a Pod started now is told of: `name address port/protocol/name,…`, between semicolons; undefined when there are none. */
export function serviceFacts(world: World, pod: Pod): string | undefined {
  const namespace = pod.metadata.namespace ?? 'default'
  const facts: string[] = []
  const kubernetes = world.view.get<Service>('services', 'default', 'kubernetes')
  if (kubernetes && world.env.now() - Date.parse(kubernetes.metadata.creationTimestamp) >= OWN_SERVICE_SETTLED) addFacts(facts, kubernetes)
  if (pod.spec.enableServiceLinks !== false) {
    for (const service of world.view.list<Service>('services', namespace))
      if (service.metadata.name !== 'kubernetes' || namespace !== 'default') addFacts(facts, service)
  }
  return facts.length ? facts.join(';') : undefined
}

function addFacts(facts: string[], { metadata, spec: { clusterIP, ports } }: Service): void {
  if (!clusterIP || clusterIP === 'None' || !ports?.length) return
  const list = ports.map(({ port, protocol, name }) => `${port}/${protocol || 'TCP'}/${name ?? ''}`)
  facts.push(`${metadata.name} ${clusterIP} ${list.join()}`)
}

/** The same facts are asked for again and again. */
let lastMade: { facts: string; links: Record<string, string> } | undefined

/** The variables behind the facts; do not change them. */
export function serviceLinks(facts: string | undefined): Record<string, string> {
  if (facts === undefined) return {}
  if (lastMade?.facts !== facts) {
    const links: Record<string, string> = {}
    for (const fact of facts.split(';')) addLinks(links, fact)
    lastMade = { facts, links }
  }
  return lastMade.links
}

function addLinks(links: Record<string, string>, fact: string): void {
  const [service, clusterIP, list] = fact.split(' ')
  const ports = list.split(',').map((text) => text.split('/'))
  const prefix = service.toUpperCase().replaceAll('-', '_')
  links[`${prefix}_SERVICE_HOST`] = clusterIP
  links[`${prefix}_SERVICE_PORT`] = ports[0][0]
  for (const [port, , name] of ports) if (name) links[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = port
  const host = clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
  for (const [i, [port, protocol]] of ports.entries()) {
    const url = `${protocol.toLowerCase()}://${host}:${port}`
    const name = `${prefix}_PORT_${port}_${protocol}`
    if (i === 0) links[`${prefix}_PORT`] = url
    links[name] = url
    links[`${name}_PROTO`] = protocol.toLowerCase()
    links[`${name}_PORT`] = port
    links[`${name}_ADDR`] = clusterIP
  }
}

/** A container's variables, and the facts of its Services: their links come after the first so many of them, and replace none. */
export type Environment = Pick<ContainerRecord, 'variables' | 'services' | 'linksAt'>

/** All variables as the container's process sees them, in the runtime's order. */
export function allVariables({ variables, services, linksAt }: Environment): Record<string, string> {
  if (services === undefined) return variables
  const links = serviceLinks(services)
  const out: Record<string, string> = {}
  let at = 0
  for (const [name, value] of Object.entries(variables)) {
    if (at++ === linksAt) addMissing(out, links, variables)
    out[name] = value
  }
  if (linksAt === undefined || linksAt >= at) addMissing(out, links, variables)
  return out
}

function addMissing(out: Record<string, string>, links: Record<string, string>, variables: Record<string, string>): void {
  for (const name in links) if (!(name in variables)) out[name] = links[name]
}
