// PersistentVolumeClaim: a request for storage.

import type { View } from '../api/contracts'
import type { Pod } from '../api/types'
import type { PersistentVolumeClaim } from '../api/workloads'
import { AGE, accessModesText, NAME, storageClassOf } from './columns'
import { defaultPersistentVolumeClaim, preparePersistentVolumeClaim } from './defaults/storage'
import { claimLines } from './describe/claims'
import { eventLines } from './describe/events'
import { multiline, rfc1123z } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateClaimStatus } from './validation/status'
import { validateClaimUpdate, validatePersistentVolumeClaim } from './validation/storage'
import { claimWarnings } from './validation/storage-warnings'

function describeClaim(claim: PersistentVolumeClaim, context: DescribeContext): string {
  return describing((w) => {
    claimLines(w, claim, { claim, now: context.now })
    multiline(w, 'Used By', usersOf(context.view, claim))
    const conditions = claim.status?.conditions ?? []
    if (conditions.length > 0) {
      w.write(0, 'Conditions:\n')
      w.write(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n')
      w.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n')
    }
    for (const { type, status, lastProbeTime, lastTransitionTime, reason = '', message = '' } of conditions) {
      w.write(1, `${type} \t${status} \t${rfc1123z(lastProbeTime)} \t${rfc1123z(lastTransitionTime)} \t${reason} \t${message}\n`)
    }
    eventLines(w, claim, context)
  })
}

/** The names of the pods that mount a claim or own it, in order. */
function usersOf(view: View, { metadata }: PersistentVolumeClaim): string[] {
  const owners = (metadata.ownerReferences ?? []).filter((owner) => owner.kind === 'Pod').map((owner) => owner.uid)
  const mounts = (pod: Pod) =>
    (pod.spec.volumes ?? []).some(
      (volume) => (volume.persistentVolumeClaim as { claimName?: string } | undefined)?.claimName === metadata.name,
    )
  const pods = view.list<Pod>('pods', metadata.namespace).filter((pod) => mounts(pod) || owners.includes(pod.metadata.uid))
  return pods.map((pod) => pod.metadata.name).sort()
}

export const persistentVolumeClaim = defineKind<PersistentVolumeClaim>({
  resource: 'persistentvolumeclaims',
  validate: validatePersistentVolumeClaim,
  warnings: claimWarnings,
  validateUpdate: validateClaimUpdate,
  validateStatusUpdate: validateClaimStatus,
  defaults: defaultPersistentVolumeClaim,
  prepareForCreate: preparePersistentVolumeClaim,
  columns: [
    NAME,
    { name: 'STATUS', cell: (claim) => (claim.metadata.deletionTimestamp ? 'Terminating' : (claim.status?.phase ?? '')) },
    { name: 'VOLUME', cell: (claim) => claim.spec.volumeName ?? '' },
    { name: 'CAPACITY', cell: (claim) => (claim.spec.volumeName ? String(claim.status?.capacity?.storage ?? '0') : '') },
    { name: 'ACCESS MODES', cell: (claim) => (claim.spec.volumeName ? accessModesText(claim.status?.accessModes) : '') },
    { name: 'STORAGECLASS', cell: storageClassOf },
    { name: 'VOLUMEATTRIBUTESCLASS', cell: (claim) => claim.spec.volumeAttributesClassName ?? '<unset>' },
    AGE,
    { name: 'VOLUMEMODE', wide: true, cell: (claim) => claim.spec.volumeMode ?? '<unset>' },
  ],
  describe: describeClaim,
})
