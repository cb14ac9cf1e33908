// CSIDriver: a storage driver and what it can do.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultCsiDriver } from './defaults/storage'
import { defineKind } from './kind'
import { csiDriverWarnings, validateCsiDriver, validateCsiDriverUpdate } from './validation/components'

interface CSIDriver extends KubeObject {
  spec: {
    attachRequired?: boolean
    podInfoOnMount?: boolean
    storageCapacity?: boolean
    tokenRequests?: { audience?: string }[]
    requiresRepublish?: boolean
    volumeLifecycleModes?: string[]
  }
}

export const csiDriver = defineKind<CSIDriver>({
  resource: 'csidrivers.storage.k8s.io',
  defaults: defaultCsiDriver,
  validate: validateCsiDriver,
  validateUpdate: validateCsiDriverUpdate,
  warnings: csiDriverWarnings,
  columns: [
    NAME,
    { name: 'ATTACHREQUIRED', cell: ({ spec }) => String(spec.attachRequired ?? true) },
    { name: 'PODINFOONMOUNT', cell: ({ spec }) => String(spec.podInfoOnMount ?? false) },
    { name: 'STORAGECAPACITY', cell: ({ spec }) => String(spec.storageCapacity ?? false) },
    { name: 'TOKENREQUESTS', cell: ({ spec }) => spec.tokenRequests?.map((request) => request.audience ?? '').join(',') ?? '<unset>' },
    { name: 'REQUIRESREPUBLISH', cell: ({ spec }) => String(spec.requiresRepublish ?? false) },
    { name: 'MODES', cell: ({ spec }) => spec.volumeLifecycleModes?.join(',') || '<none>' },
    AGE,
  ],
})
