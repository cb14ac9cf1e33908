// ValidatingWebhookConfiguration: the behaviour of validatingwebhookconfigurations.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const validatingWebhookConfiguration = defineKind({
  resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
  columns: [],
})
