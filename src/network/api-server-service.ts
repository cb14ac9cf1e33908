// The Service through which Pods reach the API server, default/kubernetes, and the endpoints that the server publishes for it.
// Upstream: pkg/controlplane/controller/kubernetesservice, pkg/controlplane/reconcilers.
import type { KubeObject } from '../api/types'

/** Where the API server listens: on the first node. */
const API_SERVER_IP = '172.18.0.2'
const API_SERVER_PORT = 6443
export const API_SERVER_ADDRESS = `${API_SERVER_IP}:${API_SERVER_PORT}`

/** The Service first, then its endpoints in both forms, each with its resource. */
export function apiServerService(): { resource: string; object: KubeObject }[] {
  const ports = [{ name: 'https', port: API_SERVER_PORT, protocol: 'TCP' }]
  const metadata = (labels: Record<string, string>) =>
    ({ name: 'kubernetes', namespace: 'default', labels }) as unknown as KubeObject['metadata']
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata({ component: 'apiserver', provider: 'kubernetes' }),
    spec: {
      type: 'ClusterIP',
      clusterIP: '10.96.0.1',
      clusterIPs: ['10.96.0.1'],
      ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: API_SERVER_PORT }],
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
  }
  const endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: metadata({ 'endpointslice.kubernetes.io/skip-mirror': 'true' }),
    subsets: [{ addresses: [{ ip: API_SERVER_IP }], ports }],
  }
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata({ 'kubernetes.io/service-name': 'kubernetes' }),
    addressType: 'IPv4',
    endpoints: [{ addresses: [API_SERVER_IP], conditions: { ready: true } }],
    ports,
  }
  return [
    { resource: 'services', object: service },
    { resource: 'endpoints', object: endpoints },
    { resource: 'endpointslices.discovery.k8s.io', object: slice },
  ]
}
