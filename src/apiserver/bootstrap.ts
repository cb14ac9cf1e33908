// The objects of a fresh cluster: nodes, namespaces, the API server's Service, DNS, and the control plane as static Pods.
import type { Container, KubeObject, Service } from '../api/types'
import { microTimestamp, timestamp } from '../lib/time'
import { apiServerService } from '../network/api-server-service'
import { defaultRoles } from './rbac-defaults'
import type { ApiServer } from './server'

export const VERSION = 'v1.37.2'
const SERVICE_CIDR = '10.96.0.0/12'
export const CLUSTER_DNS_IP = '10.96.0.10'
const MANAGER = { manager: 'kubeadm', trusted: true }

/** Makes everything kubeadm leaves behind on `nodes` fresh nodes; the controllers do the rest when the cluster settles. */
export function bootstrap(server: ApiServer, nodes: number): void {
  const make = (object: { apiVersion: string; kind: string; metadata: Partial<KubeObject['metadata']>; [field: string]: unknown }) =>
    server.create(object as KubeObject, MANAGER)
  const now = timestamp(server.env.now())
  for (const name of ['default', 'kube-node-lease', 'kube-public', 'kube-system']) {
    make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } })
  }
  const made = Array.from({ length: nodes }, (_, i) => make(node(i + 1, now)))
  for (const [i, { metadata }] of made.entries()) make(nodeLease(i + 1, metadata.uid, server.env.now()))
  make(
    priorityClass(
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ),
  )
  make(
    priorityClass('system-node-critical', 2_000_001_000, 'Used for system critical pods that must not be moved from their current node.'),
  )
  make({ apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: 'kubernetes' }, spec: { cidrs: [SERVICE_CIDR] } })
  for (const { object } of apiServerService()) make(object)
  make(dnsService())
  make({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'coredns', namespace: 'kube-system' }, data: { Corefile: COREFILE } })
  for (const object of defaultRoles()) make(object)
  for (const pod of staticPods(nodes)) make(pod)
}

// ---------------------------------------------------------------- nodes

export function nodeName(i: number): string {
  return `node-${i}`
}

/** 172.18.0.2 for the first node. */
function nodeAddress(i: number): string {
  const n = i + 1
  return `172.18.${n >> 8}.${n & 255}`
}

/** A /24 a node, from 10.244.0.0 on. */
function podCidr(i: number): string {
  const n = i - 1
  return `10.${244 + (n >> 8)}.${n & 255}.0/24`
}

function node(i: number, now: string): KubeObject {
  const name = nodeName(i)
  const controlPlane = i === 1
  const condition = (type: string, status: string, reason: string, message: string) => ({
    type,
    status,
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason,
    message,
  })
  const resources = {
    cpu: '8',
    'ephemeral-storage': '102623Mi',
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: '16384Mi',
    pods: '110',
  }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        ...(controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
      },
      annotations: { 'node.alpha.kubernetes.io/ttl': '0', 'volumes.kubernetes.io/controller-managed-attach-detach': 'true' },
    } as unknown as KubeObject['metadata'],
    spec: { podCIDR: podCidr(i), podCIDRs: [podCidr(i)] },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(i) },
        { type: 'Hostname', address: name },
      ],
      allocatable: resources,
      capacity: resources,
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      declaredFeatures: [
        'ExtendWebSocketsToKubelet',
        'InPlacePodLevelResourcesVerticalScaling',
        'InPlacePodVerticalScalingInitContainers',
        'RestartAllContainersOnContainerExits',
      ],
      features: { supplementalGroupsPolicy: true },
      nodeInfo: {
        architecture: 'amd64',
        bootID: '5a4c3f0e-8c0b-4c57-9d3e-1f2a3b4c5d6e',
        containerRuntimeVersion: 'containerd://2.1.4',
        kernelVersion: '6.12.0',
        kubeProxyVersion: '',
        kubeletVersion: VERSION,
        machineID: `${String(i).padStart(4, '0')}5f3c9d3b4e0f8a7d6c5b4a392817`,
        operatingSystem: 'linux',
        osImage: 'Debian GNU/Linux 12 (bookworm)',
        runningInUserNamespace: false,
        systemUUID: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      },
      runtimeHandlers: ['', 'runc'].map((name) => ({ features: { recursiveReadOnlyMounts: true, userNamespaces: true }, name })),
    },
  }
}

function nodeLease(i: number, uid: string, now: number): KubeObject {
  const name = nodeName(i)
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid }],
    } as unknown as KubeObject['metadata'],
    spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTimestamp(now) },
  }
}

// ---------------------------------------------------------------- services

function priorityClass(name: string, value: number, description: string): KubeObject {
  return {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name } as KubeObject['metadata'],
    value,
    description,
    globalDefault: false,
  }
}

function dnsService(): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
    },
    spec: {
      type: 'ClusterIP',
      clusterIP: CLUSTER_DNS_IP,
      clusterIPs: [CLUSTER_DNS_IP],
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
  } as unknown as Service
}

const COREFILE = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`

// ---------------------------------------------------------------- static pods

/**
 * The cluster's own components are static Pods (a mirror of each is in the API), so that draining or filling a node leaves them alone:
 * the control plane on node-1, CoreDNS on the first two nodes, kube-proxy everywhere.
 */
function staticPods(nodes: number): KubeObject[] {
  const pods = [
    staticPod('etcd', 1, { component: 'etcd', tier: 'control-plane' }, 'registry.k8s.io/etcd:3.6.4-0', ['etcd'], 2379),
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) =>
      staticPod(name, 1, { component: name, tier: 'control-plane' }, `registry.k8s.io/${name}:${VERSION}`, [name], PORTS[name]),
    ),
  ]
  for (let i = 1; i <= Math.min(nodes, 2); i++) {
    pods.push(staticPod('coredns', i, { 'k8s-app': 'kube-dns' }, 'registry.k8s.io/coredns/coredns:v1.12.4', undefined, 53))
  }
  for (let i = 1; i <= nodes; i++) {
    pods.push(
      staticPod(
        'kube-proxy',
        i,
        { 'k8s-app': 'kube-proxy' },
        `registry.k8s.io/kube-proxy:${VERSION}`,
        ['/usr/local/bin/kube-proxy'],
        undefined,
      ),
    )
  }
  return pods
}

const PORTS: Record<string, number> = { 'kube-apiserver': 6443, 'kube-controller-manager': 10257, 'kube-scheduler': 10259 }

function staticPod(
  name: string,
  i: number,
  labels: Record<string, string>,
  image: string,
  command: string[] | undefined,
  port: number | undefined,
): KubeObject {
  const hash = [...`${name}${i}`].reduce((h, c) => Math.imul(h ^ c.charCodeAt(0), 16777619) >>> 0, 2166136261).toString(16)
  const dns = name === 'coredns'
  const container: Partial<Container> = {
    name,
    image,
    ...(command ? { command } : { args: ['-conf', '/etc/coredns/Corefile'] }),
    ...(dns
      ? {
          ports: [
            { containerPort: 53, name: 'dns', protocol: 'UDP' },
            { containerPort: 53, name: 'dns-tcp', protocol: 'TCP' },
            { containerPort: 9153, name: 'metrics', protocol: 'TCP' },
          ],
        }
      : port
        ? { ports: [{ containerPort: port, hostPort: port, protocol: 'TCP' }] }
        : {}),
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${nodeName(i)}`,
      namespace: 'kube-system',
      labels,
      annotations: { 'kubernetes.io/config.mirror': hash, 'kubernetes.io/config.hash': hash, 'kubernetes.io/config.source': 'file' },
    } as unknown as KubeObject['metadata'],
    spec: {
      nodeName: nodeName(i),
      ...(dns ? { dnsPolicy: 'Default' } : { hostNetwork: true }),
      priorityClassName: 'system-node-critical',
      priority: 2_000_001_000,
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: [{ operator: 'Exists' }],
      containers: [container],
    },
    status: { phase: 'Pending' },
  }
}
