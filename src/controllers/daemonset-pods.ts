// Where a DaemonSet's pods belong and what they look like. Follows pkg/controller/daemon/{daemon_controller,util}.go.
import type { NewObject } from '../api/contracts'
import type { Node, Pod, PodTemplateSpec, Toleration } from '../api/types'
import type { DaemonSet } from '../api/workloads'
import { semanticEqual } from '../lib/equal'
import { matchesNodeAffinity, untoleratedTaint } from '../lib/node-match'
import { DAEMON_HASH } from './shared/history'
import { podFromTemplate } from './shared/pod-template'

const GENERATION_LABEL = 'pod-template-generation'
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

/** Daemons are to run on nodes that are ill or cordoned, too. */
function daemonTolerations(hostNetwork: boolean | undefined): Toleration[] {
  const exists = (key: string, effect: string): Toleration => ({ effect, key: `node.kubernetes.io/${key}`, operator: 'Exists' })
  return [
    exists('not-ready', 'NoExecute'),
    exists('unreachable', 'NoExecute'),
    exists('disk-pressure', 'NoSchedule'),
    exists('memory-pressure', 'NoSchedule'),
    exists('pid-pressure', 'NoSchedule'),
    exists('unschedulable', 'NoSchedule'),
    ...(hostNetwork ? [exists('network-unavailable', 'NoSchedule')] : []),
  ]
}

function daemonTemplate(set: DaemonSet, hash: string): PodTemplateSpec {
  const { template } = set.spec
  const own = template.spec.tolerations ?? []
  const added = daemonTolerations(template.spec.hostNetwork).filter((t) => !own.some((o) => semanticEqual(o, t)))
  const generation = set.metadata.annotations?.[GENERATION_ANNOTATION]
  const labels = { ...template.metadata?.labels, ...(generation && { [GENERATION_LABEL]: generation }), [DAEMON_HASH]: hash }
  return { ...template, metadata: { ...template.metadata, labels }, spec: { ...template.spec, tolerations: [...own, ...added] } }
}

/** The scheduler places the pod; its node affinity leaves it one node. */
export function daemonPod(set: DaemonSet, hash: string, node: string): NewObject<Pod> {
  const template = daemonTemplate(set, hash)
  const { nodeAffinity, ...affinity } = (template.spec.affinity ?? {}) as { nodeAffinity?: object }
  const required = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] }
  return {
    ...podFromTemplate(set, template),
    spec: {
      ...template.spec,
      affinity: { ...affinity, nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: required } },
    },
  }
}

/** NodeShouldRunDaemonPod: whether a pod should be started there, and whether one there may stay. */
export function fitsNode(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const { spec } = daemonTemplate(set, '')
  const pod = { spec } as Pod
  if ((spec.nodeName && spec.nodeName !== node.metadata.name) || !matchesNodeAffinity(pod, node)) return { run: false, stay: false }
  if (untoleratedTaint(pod, node, ['NoSchedule', 'NoExecute'])) return { run: false, stay: !untoleratedTaint(pod, node, ['NoExecute']) }
  return { run: true, stay: true }
}

/** The node a daemon pod is on or meant for; undefined for one that is neither. */
export function targetNode(pod: Pod): string | undefined {
  if (pod.spec.nodeName) return pod.spec.nodeName
  const affinity = pod.spec.affinity as
    | {
        nodeAffinity?: {
          requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms?: { matchFields?: { key: string; values?: string[] }[] }[] }
        }
      }
    | undefined
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  for (const term of terms) for (const field of term.matchFields ?? []) if (field.key === 'metadata.name') return field.values?.[0]
  return undefined
}
