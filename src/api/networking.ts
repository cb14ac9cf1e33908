// Shapes of networking.k8s.io objects: Ingress and NetworkPolicy; types only.
import type { KubeObject, LabelSelector, LoadBalancerIngress } from './types'

export interface IngressBackend {
  service?: { name: string; port?: { name?: string; number?: number } }
  resource?: { apiGroup?: string; kind: string; name: string }
}
export interface IngressRule {
  host?: string
  http?: { paths: { path?: string; pathType: string; backend: IngressBackend }[] }
}
export interface Ingress extends KubeObject {
  spec: {
    ingressClassName?: string
    defaultBackend?: IngressBackend
    rules?: IngressRule[]
    tls?: { hosts?: string[]; secretName?: string }[]
  }
  status?: { loadBalancer?: { ingress?: LoadBalancerIngress[] } }
}

export interface NetworkPolicyPeer {
  podSelector?: LabelSelector
  namespaceSelector?: LabelSelector
  ipBlock?: { cidr: string; except?: string[] }
}
export interface NetworkPolicyPort {
  protocol?: string
  port?: number | string
  endPort?: number
}
export interface NetworkPolicy extends KubeObject {
  spec: {
    podSelector?: LabelSelector
    policyTypes?: string[]
    ingress?: { ports?: NetworkPolicyPort[]; from?: NetworkPolicyPeer[] }[]
    egress?: { ports?: NetworkPolicyPort[]; to?: NetworkPolicyPeer[] }[]
  }
}
