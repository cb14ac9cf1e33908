// VolumeAttributesClass: settings of volumes that can change.
import type { KubeObject, StringMap } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { AGE, isDefaultClass } from './columns'
import { eventLines } from './describe/events'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateVolumeAttributesClass, validateVolumeAttributesClassUpdate } from './validation/components'

interface VolumeAttributesClass extends KubeObject {
  driverName: string
  parameters?: StringMap
}

const DEFAULT_CLASS = ['volumeattributesclass.alpha.kubernetes.io/is-default-class']

function nameText(attributes: VolumeAttributesClass): string {
  return isDefaultClass(attributes, DEFAULT_CLASS) ? `${attributes.metadata.name} (default)` : attributes.metadata.name
}

function describeVolumeAttributes(attributes: VolumeAttributesClass, context: DescribeContext): string {
  return describing((w) => {
    w.write(0, `Name:\t${attributes.metadata.name}\n`)
    w.write(0, `Annotations:\t${formatLabels(attributes.metadata.annotations)}\n`)
    w.write(0, `DriverName:\t${attributes.driverName}\n`)
    w.write(0, `Parameters:\t${formatLabels(attributes.parameters)}\n`)
    eventLines(w, attributes, context)
  })
}

export const volumeAttributesClass = defineKind<VolumeAttributesClass>({
  resource: 'volumeattributesclasses.storage.k8s.io',
  validate: validateVolumeAttributesClass,
  validateUpdate: validateVolumeAttributesClassUpdate,
  columns: [{ name: 'NAME', cell: nameText }, { name: 'DRIVERNAME', cell: (attributes) => attributes.driverName }, AGE],
  describe: describeVolumeAttributes,
})
