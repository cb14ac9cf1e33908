// ValidatingAdmissionPolicyBinding: where a policy applies, and with which parameters.

import { AGE, NAME } from './columns'
import { defaultAdmissionPolicyBinding } from './defaults/extension'
import { defineKind } from './kind'
import { type PolicyBinding, paramText } from './policy-binding'
import { validateValidatingBinding } from './validation/admission'

export const validatingAdmissionPolicyBinding = defineKind<PolicyBinding>({
  resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  defaults: defaultAdmissionPolicyBinding,
  validate: validateValidatingBinding,
  columns: [NAME, { name: 'POLICYNAME', cell: ({ spec }) => spec.policyName ?? '' }, { name: 'PARAMREF', cell: paramText }, AGE],
})
