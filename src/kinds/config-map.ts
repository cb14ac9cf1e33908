// ConfigMap: plain data for pods.
import type { ConfigMap } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const configMap = defineKind<ConfigMap>({
  resource: 'configmaps',
  columns: [
    NAME,
    { name: 'DATA', cell: (map) => String(Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length) },
    AGE,
  ],
})
