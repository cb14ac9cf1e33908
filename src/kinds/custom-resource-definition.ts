// CustomResourceDefinition: a kind added to the API.

import type { Condition, KubeObject } from '../api/types'
import { CREATED_AT, NAME } from './columns'
import { defaultCustomResourceDefinition, prepareCustomResourceDefinition } from './defaults/extension'
import { defineKind } from './kind'
import { validateCustomResourceDefinition, validateCustomResourceDefinitionUpdate } from './validation/crd'
import { definitionWarnings } from './validation/crd-warnings'

interface CustomResourceDefinition extends KubeObject {
  spec: {
    group: string
    scope: string
    names: { plural: string; kind: string; shortNames?: string[] }
    versions: { name: string; served: boolean; storage: boolean }[]
  }
  status?: { conditions?: Condition[] }
}

/** `v1(storage),v1beta1` */
function servedVersions({ spec }: CustomResourceDefinition): string {
  const served = spec.versions.filter((version) => version.served)
  return served
    .map((version) => `${version.name}${version.storage ? '(storage)' : ''}`)
    .sort()
    .join(',')
}

function isEstablished({ status }: CustomResourceDefinition): boolean {
  return status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True') ?? false
}

export const customResourceDefinition = defineKind<CustomResourceDefinition>({
  resource: 'customresourcedefinitions.apiextensions.k8s.io',
  validate: validateCustomResourceDefinition,
  validateUpdate: validateCustomResourceDefinitionUpdate,
  warnings: definitionWarnings,
  defaults: defaultCustomResourceDefinition,
  prepareForCreate: prepareCustomResourceDefinition,
  columns: [
    NAME,
    { name: 'SCOPE', cell: ({ spec }) => spec.scope },
    { name: 'VERSIONS', cell: servedVersions },
    CREATED_AT,
    { name: 'GROUP', wide: true, cell: ({ spec }) => spec.group },
    { name: 'KIND', wide: true, cell: ({ spec }) => spec.names.kind },
    { name: 'SHORTNAMES', wide: true, cell: ({ spec }) => (spec.names.shortNames ?? []).join(',') },
    { name: 'ESTABLISHED', wide: true, cell: (definition) => String(isEstablished(definition)) },
  ],
})
