// Says in the status of a ValidatingAdmissionPolicy what the type check finds. Follows pkg/controller/validatingadmissionpolicystatus.
import type { Controller } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { expressionWarnings } from '../kinds/validation/policy-types'

const RESOURCE = 'validatingadmissionpolicies.admissionregistration.k8s.io'

interface Policy extends KubeObject {
  status?: { observedGeneration?: number }
}

export const validatingPolicyStatusController: Controller = {
  name: 'validatingadmissionpolicy-status-controller',
  watches: { [RESOURCE]: ({ after }) => (after ? [after.metadata.name] : []) },
  reconcile(key, { api }) {
    const policy = api.get<Policy>(RESOURCE, undefined, key)
    if (!policy || (policy.metadata.generation ?? 0) <= (policy.status?.observedGeneration ?? 0)) return
    const warnings = expressionWarnings(api, policy)
    const typeChecking = warnings.length ? { expressionWarnings: warnings } : {}
    const status = { ...policy.status, observedGeneration: policy.metadata.generation, typeChecking }
    api.updateStatus<Policy>({ ...policy, status }, 'validatingadmissionpolicy-status')
  },
}
