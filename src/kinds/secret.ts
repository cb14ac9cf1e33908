// Secret: data for pods that is not shown.
import type { Secret } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const secret = defineKind<Secret>({
  resource: 'secrets',
  columns: [
    NAME,
    { name: 'TYPE', cell: (secret) => secret.type ?? '' },
    { name: 'DATA', cell: (secret) => String(Object.keys(secret.data ?? {}).length) },
    AGE,
  ],
})
