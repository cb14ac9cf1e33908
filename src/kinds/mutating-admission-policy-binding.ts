// MutatingAdmissionPolicyBinding: the behaviour of mutatingadmissionpolicybindings.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const mutatingAdmissionPolicyBinding = defineKind({
  resource: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  columns: [],
})
