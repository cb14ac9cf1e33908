// Keeps a claim that pods use from going, and notes since when none does. Follows pkg/controller/volume/pvcprotection.
import type { Controller, ControllerContext } from '../api/contracts'
import type { Condition, Pod } from '../api/types'
import type { PersistentVolumeClaim } from '../api/workloads'
import { timestamp } from '../lib/time'
import { claimPodKeys, claimsOfPod } from './shared/claims'
import { conditionOf, withoutCondition } from './shared/conditions'
import { keyOf } from './shared/ownership'
import { isPodTerminal } from './shared/pods'

const NAME = 'pvc-protection-controller'
const RESOURCE = 'persistentvolumeclaims'
const FINALIZER = 'kubernetes.io/pvc-protection'
/** Record table: `namespace/claim/pod` for each pod that mounts a claim. */
const USERS = 'claim-users'

/** Keys are `namespace/claim`, and `namespace/claim/pod` for a pod that changed. */
export const pvcProtectionController: Controller = {
  name: NAME,
  watches: { [RESOURCE]: ({ after }) => (after ? [keyOf(after)] : []), pods: claimPodKeys },
  reconcile(key, context) {
    const { api, records } = context
    const [namespace, name, podName] = key.split('/')
    if (podName) {
      const pod = api.get<Pod>('pods', namespace, podName)
      records.put(USERS, key, pod && claimsOfPod(pod).includes(name) ? 1 : undefined)
    }
    const claim = api.get<PersistentVolumeClaim>(RESOURCE, namespace, name)
    if (!claim) return
    const users = usersOf(claim, context)
    if (claim.metadata.deletionTimestamp) {
      const { finalizers = [] } = claim.metadata
      if (!finalizers.includes(FINALIZER) || users.some((pod) => pod.spec.nodeName && !isShutDown(pod, claim))) return
      api.update<PersistentVolumeClaim>({
        ...claim,
        metadata: { ...claim.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) },
      })
    } else if (claim.status?.phase === 'Bound')
      noteUse(
        claim,
        users.some((pod) => !isPodTerminal(pod)),
        context,
      )
  },
}

function usersOf(claim: PersistentVolumeClaim, { api, records }: ControllerContext): Pod[] {
  const { namespace } = claim.metadata
  const prefix = `${keyOf(claim)}/`
  return records
    .list(USERS, prefix)
    .map(([key]) => api.get<Pod>('pods', namespace, key.slice(prefix.length)))
    .filter((pod) => pod !== undefined)
}

/** The kubelet has done with a pod whose claim was made for it. */
function isShutDown(pod: Pod, claim: PersistentVolumeClaim): boolean {
  const own = claim.metadata.ownerReferences?.some((r) => r.uid === pod.metadata.uid)
  return !!own && !!pod.metadata.deletionTimestamp && pod.metadata.deletionGracePeriodSeconds === 0
}

function noteUse(claim: PersistentVolumeClaim, used: boolean, { api, env }: ControllerContext): void {
  const wanted = used ? 'False' : 'True'
  const { conditions } = claim.status
  if (conditionOf(conditions, 'Unused')?.status === wanted) return
  const [reason, message] = used
    ? ['PodUsingPVC', 'A pod is currently referencing this PVC']
    : ['NoPodsUsingPVC', 'No pods are currently referencing this PVC']
  const condition: Condition = {
    type: 'Unused',
    status: wanted,
    lastProbeTime: null,
    lastTransitionTime: timestamp(env.now()),
    reason,
    message,
  }
  const next = [...withoutCondition(conditions, 'Unused'), condition]
  api.updateStatus<PersistentVolumeClaim>({ ...claim, status: { ...claim.status, conditions: next } })
}
