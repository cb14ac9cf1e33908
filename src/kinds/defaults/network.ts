// Defaults of network policies, ingress classes, endpoints and their slices. Upstream: pkg/apis/{networking,core,discovery}/v1/defaults.go.
import type { KubeObject } from '../../api/types'
import { childOf, fieldsOf, fill, listOf } from './fields'

export function defaultNetworkPolicy(policy: KubeObject): void {
  const spec = childOf(policy, 'spec')
  if (!listOf(spec.policyTypes).length) spec.policyTypes = listOf(spec.egress).length ? ['Ingress', 'Egress'] : ['Ingress']
  for (const rule of [...listOf(spec.ingress), ...listOf(spec.egress)]) {
    for (const port of listOf(rule.ports)) fill(port, { protocol: 'TCP' })
  }
}

export function defaultIngressClass(ingressClass: KubeObject): void {
  fill(fieldsOf(fieldsOf(ingressClass.spec)?.parameters), { scope: 'Cluster' })
}

export function prepareIngress(ingress: KubeObject): void {
  ingress.status = { loadBalancer: {} }
}

export function defaultEndpoints(endpoints: KubeObject): void {
  for (const subset of listOf(endpoints.subsets)) {
    for (const port of listOf(subset.ports)) fill(port, { protocol: 'TCP' })
  }
}

export function defaultEndpointSlice(slice: KubeObject): void {
  for (const port of listOf(slice.ports)) fill(port, { name: '', protocol: 'TCP' })
}
