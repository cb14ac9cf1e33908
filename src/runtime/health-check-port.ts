// Health check node ports, on which kube-proxy tells a load balancer whether its node has ready Pods of a Service with external policy
// Local. Follows pkg/proxy/healthcheck/service_health.go.
import type { EndpointSlice, Pod, Service } from '../api/types'
import type { HttpResponse } from './process'
import type { World } from './world'

/** What is said there to any request; undefined when the port is none of those, or kube-proxy is not among the node's Pods. */
export function healthCheckAt({ view }: Pick<World, 'view'>, pods: Pod[], port: number): HttpResponse | undefined {
  const proxy = pods.find((p) => p.metadata.labels?.['k8s-app'] === 'kube-proxy')
  const service = proxy && view.list<Service>('services').find((s) => portOf(s) === port)
  if (!service) return undefined
  const { namespace, name } = service.metadata
  const ready = new Set<string>()
  for (const slice of view.list<EndpointSlice>('endpointslices.discovery.k8s.io', namespace)) {
    if (slice.metadata.labels?.['kubernetes.io/service-name'] !== name || slice.addressType !== 'IPv4') continue
    for (const { addresses, conditions, nodeName } of slice.endpoints ?? [])
      if (nodeName === proxy.spec.nodeName && conditions?.ready !== false) ready.add(addresses[0])
  }
  const lines = [
    ...['{', '\t"service": {', `\t\t"namespace": "${namespace}",`, `\t\t"name": "${name}"`, '\t},'],
    ...[`\t"localEndpoints": ${ready.size},`, '\t"serviceProxyHealthy": true', '}'],
  ]
  const headers = {
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
    'X-Load-Balancing-Endpoint-Weight': String(ready.size),
  }
  return { status: ready.size > 0 ? 200 : 503, headers, body: lines.join('\n') }
}

function portOf({ spec }: Service): number | undefined {
  return spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' ? spec.healthCheckNodePort : undefined
}
