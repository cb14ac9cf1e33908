// MutatingWebhookConfiguration: the behaviour of mutatingwebhookconfigurations.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const mutatingWebhookConfiguration = defineKind({
  resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  columns: [],
})
