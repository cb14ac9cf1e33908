// MutatingAdmissionPolicy: rules in CEL that the API server applies before it stores an object.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultAdmissionPolicy } from './defaults/extension'
import { defineKind } from './kind'
import { validateMutatingPolicy } from './validation/mutations'

interface MutatingAdmissionPolicy extends KubeObject {
  spec: { mutations?: unknown[]; paramKind?: { apiVersion?: string; kind?: string } }
}

export const mutatingAdmissionPolicy = defineKind<MutatingAdmissionPolicy>({
  resource: 'mutatingadmissionpolicies.admissionregistration.k8s.io',
  validate: validateMutatingPolicy,
  defaults: defaultAdmissionPolicy,
  columns: [
    NAME,
    { name: 'MUTATIONS', cell: ({ spec }) => String(spec.mutations?.length ?? 0) },
    {
      name: 'PARAMKIND',
      cell: ({ spec: { paramKind } }) => (paramKind ? `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}` : '<unset>'),
    },
    AGE,
  ],
})
