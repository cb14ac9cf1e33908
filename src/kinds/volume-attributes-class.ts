// VolumeAttributesClass: settings of volumes that can change.
import type { KubeObject, StringMap } from '../api/types'
import { AGE, isDefaultClass } from './columns'
import { defineKind } from './kind'

interface VolumeAttributesClass extends KubeObject {
  driverName: string
  parameters?: StringMap
}

const DEFAULT_CLASS = ['volumeattributesclass.alpha.kubernetes.io/is-default-class']

function nameText(attributes: VolumeAttributesClass): string {
  return isDefaultClass(attributes, DEFAULT_CLASS) ? `${attributes.metadata.name} (default)` : attributes.metadata.name
}

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  resource: 'volumeattributesclasses.storage.k8s.io',
  columns: [{ name: 'NAME', cell: nameText }, { name: 'DRIVERNAME', cell: (attributes) => attributes.driverName }, AGE],
})
