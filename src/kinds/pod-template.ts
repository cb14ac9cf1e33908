// PodTemplate: a stored template for pods.

import type { KubeObject, PodTemplateSpec } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { containerImages, containerNames, NAME } from './columns'
import { defaultPodTemplateObject } from './defaults/workloads'
import { defineKind } from './kind'
import { validatePodTemplate } from './validation/workloads'

interface PodTemplate extends KubeObject {
  template?: PodTemplateSpec
}

export const podTemplate = defineKind<PodTemplate>({
  resource: 'podtemplates',
  defaults: defaultPodTemplateObject,
  validate: ({ template }) => validatePodTemplate(template ?? { spec: { containers: [] } }, 'template'),
  columns: [
    NAME,
    { name: 'CONTAINERS', cell: ({ template }) => containerNames(template?.spec?.containers) },
    { name: 'IMAGES', cell: ({ template }) => containerImages(template?.spec?.containers) },
    { name: 'POD LABELS', cell: ({ template }) => formatLabels(template?.metadata?.labels) },
  ],
})
