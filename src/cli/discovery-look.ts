// The client's questions for what the server serves, as -v tells of them. Upstream: client-go/discovery/discovery_client.go.
import type { ApiServer } from '../apiserver/server'
import type { CommandContext } from './context'

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'

export function tellOfDiscovery({ observePath }: CommandContext, server: ApiServer): void {
  observePath?.({ path: '/api?timeout=32s', place: 'discovery_client.go:665', accept: AGGREGATED }, server)
  observePath?.({ path: '/apis?timeout=32s', place: 'discovery_client.go:721', accept: AGGREGATED }, server)
}
