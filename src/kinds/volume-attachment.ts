// VolumeAttachment: the behaviour of volumeattachments.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const volumeAttachment = defineKind({
  resource: 'volumeattachments.storage.k8s.io',
  columns: [],
})
