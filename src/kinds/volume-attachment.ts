// VolumeAttachment: a volume attached to a node.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'
import { validateVolumeAttachment, validateVolumeAttachmentUpdate } from './validation/components'
import { validateAttachmentStatus } from './validation/status'

interface VolumeAttachment extends KubeObject {
  spec: { attacher: string; nodeName: string; source: { persistentVolumeName?: string } }
  status?: { attached?: boolean }
}

export const volumeAttachment = defineKind<VolumeAttachment>({
  resource: 'volumeattachments.storage.k8s.io',
  validate: validateVolumeAttachment,
  validateUpdate: validateVolumeAttachmentUpdate,
  validateStatusUpdate: validateAttachmentStatus,
  columns: [
    NAME,
    { name: 'ATTACHER', cell: ({ spec }) => spec.attacher },
    { name: 'PV', cell: ({ spec }) => spec.source?.persistentVolumeName ?? '' },
    { name: 'NODE', cell: ({ spec }) => spec.nodeName },
    { name: 'ATTACHED', cell: ({ status }) => String(status?.attached ?? false) },
    AGE,
  ],
})
