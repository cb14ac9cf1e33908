// MutatingAdmissionPolicyBinding: where a policy applies, and with which parameters.

import { AGE, NAME } from './columns'
import { defaultAdmissionPolicyBinding } from './defaults/extension'
import { defineKind } from './kind'
import { type PolicyBinding, paramText } from './policy-binding'
import { validateMutatingBinding } from './validation/admission'

export const mutatingAdmissionPolicyBinding = defineKind<PolicyBinding>({
  resource: 'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  defaults: defaultAdmissionPolicyBinding,
  validate: validateMutatingBinding,
  columns: [NAME, { name: 'POLICYNAME', cell: ({ spec }) => spec.policyName ?? '' }, { name: 'PARAMREF', cell: paramText }, AGE],
})
