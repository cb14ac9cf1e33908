// MutatingAdmissionPolicy: the behaviour of mutatingadmissionpolicies.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const mutatingAdmissionPolicy = defineKind({
  resource: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
  columns: [],
})
