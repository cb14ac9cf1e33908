// NetworkPolicy: who may talk to which pods.
import type { NetworkPolicy } from '../api/networking'
import { formatSelector } from '../lib/label-format'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

export const networkPolicy = defineKind<NetworkPolicy>({
  resource: 'networkpolicies.networking.k8s.io',
  columns: [NAME, { name: 'POD-SELECTOR', cell: ({ spec }) => formatSelector(spec.podSelector) }, AGE],
})
