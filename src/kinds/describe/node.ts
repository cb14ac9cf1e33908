// The description of a Node. Follows describeNode of kubectl's pkg/describe.
import type { View } from '../../api/contracts'
import type { KubeObject, Node, Pod, StringMap } from '../../api/types'
import { nodeRoles } from '../columns'
import type { DescribeContext } from '../kind'
import { eventTable, searchEvents } from './events'
import { annotationLines, labelLines, rfc1123z, taintLines } from './metadata'
import { nodePodLines } from './node-pods'
import { type DescribeWriter, describing } from './writer'

interface Lease extends KubeObject {
  spec?: { holderIdentity?: string; acquireTime?: string; renewTime?: string }
}

interface ResourceSlice extends KubeObject {
  spec: { nodeName?: string; driver: string; pool: { name: string }; devices?: unknown[] }
}

const SYSTEM_INFO: [title: string, field: string][] = [
  ['Machine ID', 'machineID'],
  ['System UUID', 'systemUUID'],
  ['Boot ID', 'bootID'],
  ['Kernel Version', 'kernelVersion'],
  ['OS Image', 'osImage'],
  ['Operating System', 'operatingSystem'],
  ['Architecture', 'architecture'],
  ['Container Runtime Version', 'containerRuntimeVersion'],
  ['Kubelet Version', 'kubeletVersion'],
]

export function describeNode(node: Node, context: DescribeContext): string {
  const { metadata, spec, status } = node
  const { view } = context
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Roles:\t${nodeRoles(metadata.labels).join(',') || '<none>'}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    w.write(0, `CreationTimestamp:\t${rfc1123z(metadata.creationTimestamp)}\n`)
    taintLines(w, 'Taints', spec.taints)
    w.write(0, `Unschedulable:\t${spec.unschedulable ?? false}\n`)
    leaseLines(w, view, metadata.name)
    conditionLines(w, node)
    w.write(0, 'Addresses:\n')
    for (const { type, address } of status?.addresses ?? []) w.write(1, `${type}:\t${address}\n`)
    amountLines(w, 'Capacity', status?.capacity)
    amountLines(w, 'Allocatable', status?.allocatable)
    sliceLines(w, view, metadata.name)
    w.write(0, 'System Info:\n')
    for (const [title, field] of SYSTEM_INFO) w.write(1, `${title}:\t${status?.nodeInfo?.[field] ?? ''}\n`)
    if (spec.podCIDR) w.write(0, `PodCIDR:\t${spec.podCIDR}\n`)
    if (spec.podCIDRs?.length) w.write(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}\n`)
    if (spec.providerID) w.write(0, `ProviderID:\t${spec.providerID}\n`)
    nodePodLines(w, node, podsOf(view, metadata.name), context.now)
    nodeEvents(w, node, context)
  })
}

function podsOf(view: View, node: string): Pod[] {
  const isDone = (pod: Pod) => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  return view.mentioning<Pod>('pods', undefined, node).filter((pod) => pod.spec.nodeName === node && !isDone(pod))
}

function leaseLines(w: DescribeWriter, view: View, node: string): void {
  const lease = view.get<Lease>('leases.coordination.k8s.io', 'kube-node-lease', node)
  if (!lease) {
    w.write(0, `Lease:\tFailed to get lease: leases.coordination.k8s.io "${node}" not found\n`)
    return
  }
  const { holderIdentity, acquireTime, renewTime } = lease.spec ?? {}
  w.write(0, 'Lease:\n')
  w.write(1, `HolderIdentity:\t${holderIdentity ?? '<unset>'}\n`)
  w.write(1, `AcquireTime:\t${acquireTime ? rfc1123z(acquireTime) : '<unset>'}\n`)
  w.write(1, `RenewTime:\t${renewTime ? rfc1123z(renewTime) : '<unset>'}\n`)
}

function conditionLines(w: DescribeWriter, { status }: Node): void {
  if (!status?.conditions?.length) return
  w.write(0, 'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n')
  w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
  for (const { type, status: value, lastHeartbeatTime, lastTransitionTime, reason = '', message = '' } of status.conditions) {
    w.write(1, `${type} \t${value} \t${rfc1123z(lastHeartbeatTime)} \t${rfc1123z(lastTransitionTime)} \t${reason} \t${message}\n`)
  }
}

function amountLines(w: DescribeWriter, title: string, amounts: StringMap | undefined): void {
  const names = Object.keys(amounts ?? {}).sort()
  if (names.length > 0) w.write(0, `${title}:\n`)
  for (const name of names) w.write(1, `${name}:\t${amounts?.[name]}\n`)
}

/** Devices that only this node has, by driver and pool, ten pools at most. */
function sliceLines(w: DescribeWriter, view: View, node: string): void {
  const pools = new Map<string, { driver: string; pool: string; slices: number; devices: number }>()
  for (const { spec } of view.list<ResourceSlice>('resourceslices.resource.k8s.io')) {
    if (spec.nodeName !== node) continue
    const key = `${spec.driver}/${spec.pool.name}`
    const known = pools.get(key) ?? { driver: spec.driver, pool: spec.pool.name, slices: 0, devices: 0 }
    pools.set(key, { ...known, slices: known.slices + 1, devices: known.devices + (spec.devices?.length ?? 0) })
  }
  if (pools.size === 0) return
  w.write(0, 'Node-Local ResourceSlices:\n')
  w.write(1, 'Driver\tPool\tSlices\tDevices\n')
  w.write(1, '------\t----\t------\t-------\n')
  for (const key of [...pools.keys()].sort().slice(0, 10)) {
    const { driver, pool, slices, devices } = pools.get(key)!
    w.write(1, `${driver}\t${pool}\t${slices}\t${devices}\n`)
  }
  if (pools.size > 10) w.write(1, `...and ${pools.size - 10} more pools\n`)
}

/** The kubelet records events about its node with the name for a uid, so both are looked for. */
function nodeEvents(w: DescribeWriter, { metadata: { name, uid } }: Node, { view, now, showEvents }: DescribeContext): void {
  if (!showEvents) return
  const found = [uid, name].flatMap((id) => searchEvents(view, { name, kind: 'Node', uid: id }))
  eventTable(w, found, now)
}
