// VolumeAttributesClass: the behaviour of volumeattributesclasses.storage.k8s.io beyond its fields.
import { defineKind } from './kind'

export const volumeAttributesClass = defineKind({
  resource: 'volumeattributesclasses.storage.k8s.io',
  columns: [],
})
