// NetworkPolicy: who may talk to which pods.

import type { NetworkPolicy } from '../api/networking'
import { formatLabelSelector } from '../lib/label-selector'
import { AGE, NAME } from './columns'
import { defaultNetworkPolicy } from './defaults/network'
import { describeNetworkPolicy } from './describe/network-policy'
import { defineKind } from './kind'
import { networkPolicyWarnings } from './validation/component-warnings'
import { validateNetworkPolicy } from './validation/network'

export const networkPolicy = defineKind<NetworkPolicy>({
  resource: 'networkpolicies.networking.k8s.io',
  validate: validateNetworkPolicy,
  warnings: networkPolicyWarnings,
  defaults: defaultNetworkPolicy,
  columns: [NAME, { name: 'POD-SELECTOR', cell: ({ spec }) => formatLabelSelector(spec.podSelector) }, AGE],
  describe: describeNetworkPolicy,
})
