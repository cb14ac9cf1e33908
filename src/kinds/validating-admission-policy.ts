// ValidatingAdmissionPolicy: the behaviour of validatingadmissionpolicies.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const validatingAdmissionPolicy = defineKind({
  resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
  columns: [],
})
