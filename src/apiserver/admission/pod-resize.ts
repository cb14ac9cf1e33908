// PodResizeValidator: a running Pod may not ask for more than its node could ever give. Upstream: plugin/pkg/admission/podresize/admission.go.

import type { Node, Pod } from '../../api/types'
import { deepEqual } from '../../lib/equal'
import { type Amounts, amounts, podRequests } from '../../lib/pod-requests'
import { type AdmissionPlugin, refusal } from './plugin'

export const podResize: AdmissionPlugin = {
  name: 'PodResizeValidator',
  resources: ['pods'],
  checkUpdate(object, old, { view }, info) {
    const [pod, before] = [object as Pod, old as Pod]
    const host = pod.spec.nodeName
    // Only a resize changes what a Pod asks for.
    if (!host || pod.metadata.generation === before.metadata.generation || deepEqual(podRequests(pod), podRequests(before))) return
    const node = view.get<Node>('nodes', undefined, host)
    if (!node) throw refusal(info, pod, `node "${host}" not found`)
    const os = node.metadata.labels?.['kubernetes.io/os'] ?? 'linux'
    if (os !== 'linux') throw refusal(info, pod, `pod resize is only supported on linux nodes, node "${host}" is "${os}"`)
    const missing = shortages(podRequests(pod), amounts(node.status?.allocatable))
    if (missing.length === 0) return
    const error = refusal(info, pod, `node didn't have enough allocatable resources: ${missing.join('; ')}`)
    error.details.causes = [{ reason: 'NodeCapacity', message: '', field: '' }]
    throw error
  },
}

function shortages(asked: Amounts, allocatable: Amounts): string[] {
  return ['cpu', 'memory']
    .filter((name) => (asked[name] ?? 0) > (allocatable[name] ?? 0))
    .map((name) => `${name}, requested: ${asked[name]}, allocatable: ${allocatable[name] ?? 0}`)
}
