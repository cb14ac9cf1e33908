// MutatingWebhookConfiguration: webhooks that the API server asks before it stores an object.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultWebhookConfiguration } from './defaults/extension'
import { defineKind } from './kind'
import { validateWebhookConfiguration } from './validation/admission'

interface MutatingWebhookConfiguration extends KubeObject {
  webhooks?: unknown[]
}

export const mutatingWebhookConfiguration = defineKind<MutatingWebhookConfiguration>({
  resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  defaults: defaultWebhookConfiguration,
  validate: validateWebhookConfiguration,
  columns: [NAME, { name: 'WEBHOOKS', cell: (configuration) => String(configuration.webhooks?.length ?? 0) }, AGE],
})
