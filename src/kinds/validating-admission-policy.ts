// ValidatingAdmissionPolicy: rules in CEL that the API server applies before it stores an object.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultAdmissionPolicy } from './defaults/extension'
import { defineKind } from './kind'
import { validateAdmissionPolicy } from './validation/admission'

interface ValidatingAdmissionPolicy extends KubeObject {
  spec: { validations?: unknown[]; paramKind?: { apiVersion?: string; kind?: string } }
}

export const validatingAdmissionPolicy = defineKind<ValidatingAdmissionPolicy>({
  resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
  defaults: defaultAdmissionPolicy,
  validate: validateAdmissionPolicy,
  columns: [
    NAME,
    { name: 'VALIDATIONS', cell: ({ spec }) => String(spec.validations?.length ?? 0) },
    {
      name: 'PARAMKIND',
      cell: ({ spec: { paramKind } }) => (paramKind ? `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}` : '<unset>'),
    },
    AGE,
  ],
})
