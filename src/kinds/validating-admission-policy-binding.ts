// ValidatingAdmissionPolicyBinding: the behaviour of validatingadmissionpolicybindings.admissionregistration.k8s.io beyond its fields.
import { defineKind } from './kind'

export const validatingAdmissionPolicyBinding = defineKind({
  resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  columns: [],
})
