// ResourceSlice: devices that a driver offers.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'
import { validateResourceSlice } from './validation/resource-slices'

export interface ResourceSlice extends KubeObject {
  spec: { nodeName?: string; driver: string; pool: { name: string }; devices?: unknown[] }
}

export const resourceSlice = defineKind<ResourceSlice>({
  resource: 'resourceslices.resource.k8s.io',
  validate: validateResourceSlice,
  columns: [
    NAME,
    { name: 'NODE', cell: ({ spec }) => spec.nodeName ?? '' },
    { name: 'DRIVER', cell: ({ spec }) => spec.driver },
    { name: 'POOL', cell: ({ spec }) => spec.pool?.name ?? '' },
    AGE,
  ],
})
