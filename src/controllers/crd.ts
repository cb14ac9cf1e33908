// Accepts the names of CustomResourceDefinitions, establishes them, and removes their objects with them.
// Follows staging/src/k8s.io/apiextensions-apiserver/pkg/controller/{status,establish,finalizer}.
import type { Controller, ControllerContext } from '../api/contracts'
import type { Condition, KubeObject } from '../api/types'
import { ApiError } from '../errors'
import { isProtectedGroup } from '../kinds/validation/crd'
import { semanticEqual } from '../lib/equal'
import { timestamp } from '../lib/time'
import { conditionOf, setStatusCondition } from './shared/conditions'

const RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io'
const FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

interface Names {
  plural: string
  singular?: string
  kind: string
  listKind?: string
  shortNames?: string[]
  categories?: string[]
}
interface Crd extends KubeObject {
  spec: { group: string; scope: string; names: Names; versions: { name: string; storage: boolean }[] }
  status: { acceptedNames?: Names; conditions?: Condition[]; storedVersions?: string[] }
}

export const customResourceDefinitionController: Controller = {
  name: 'apiextensions-apiserver',
  watches: {
    [RESOURCE]: ({ after }) => (after ? [after.metadata.name] : []),
    // The last object of a definition that is being deleted frees it.
    '*': ({ resource, after }, view) => (!after && view.get(RESOURCE, undefined, resource)?.metadata.deletionTimestamp ? [resource] : []),
  },
  reconcile(key, context) {
    const crd = context.api.get<Crd>(RESOURCE, undefined, key)
    if (!crd) return
    if (crd.metadata.deletionTimestamp) cleanUp(crd, context)
    else establish(crd, context)
  },
}

function withDefaults(names: Names): Names {
  return { ...names, singular: names.singular || names.kind.toLowerCase(), listKind: names.listKind || `${names.kind}List` }
}

/** What another definition of the group has taken already. */
function conflictOf(crd: Crd, names: Names, others: Crd[]): [string, string] | undefined {
  for (const other of others) {
    const taken = other.status?.acceptedNames
    if (other.metadata.name === crd.metadata.name || other.spec.group !== crd.spec.group || !taken) continue
    const words = new Set([taken.plural, taken.singular, ...(taken.shortNames ?? [])])
    if (words.has(names.plural)) return ['PluralConflict', `"${names.plural}" is already in use`]
    if (words.has(names.singular)) return ['SingularConflict', `"${names.singular}" is already in use`]
    const short = names.shortNames?.find((name) => words.has(name))
    if (short) return ['ShortNamesConflict', `"${short}" is already in use`]
    if (taken.kind === names.kind || taken.listKind === names.kind) return ['KindConflict', `"${names.kind}" is already in use`]
    if (taken.kind === names.listKind || taken.listKind === names.listKind)
      return ['ListKindConflict', `"${names.listKind}" is already in use`]
  }
  return undefined
}

/** Whether a definition of the community's groups was approved. Upstream: pkg/controller/apiapproval. */
function approval({ metadata, spec }: Crd): Condition | undefined {
  const note = metadata.annotations?.['api-approved.kubernetes.io']
  if (!note || !isProtectedGroup(spec.group)) return undefined
  const type = 'KubernetesAPIApprovalPolicyConformant'
  if (note.startsWith('unapproved')) {
    return { type, status: 'False', reason: 'UnapprovedAnnotation', message: `not approved: ${JSON.stringify(note)}` }
  }
  return { type, status: 'True', reason: 'ApprovedAnnotation', message: `approved in ${note}` }
}

function establish(crd: Crd, { api, env }: ControllerContext): void {
  const now = timestamp(env.now())
  const names = withDefaults(crd.spec.names)
  const conflict = conflictOf(crd, names, api.list<Crd>(RESOURCE))
  const accepted: Condition = conflict
    ? { type: 'NamesAccepted', status: 'False', reason: conflict[0], message: conflict[1] }
    : { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
  const policy = approval(crd)
  const known = policy ? setStatusCondition(crd.status?.conditions, policy, now) : crd.status?.conditions
  let conditions = setStatusCondition(known, accepted, now)
  if (conditionOf(conditions, 'Established')?.status !== 'True') {
    const established: Condition = conflict
      ? { type: 'Established', status: 'False', reason: 'NotAccepted', message: 'not all names are accepted' }
      : { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
    conditions = setStatusCondition(conditions, established, now)
  }
  const storage = crd.spec.versions.find((v) => v.storage)?.name
  const stored = crd.status?.storedVersions ?? []
  const status: Crd['status'] = {
    ...crd.status,
    acceptedNames: conflict ? (crd.status?.acceptedNames ?? { plural: '', kind: '' }) : names,
    conditions,
    storedVersions: storage && !stored.includes(storage) ? [...stored, storage] : stored,
  }
  if (!semanticEqual(status, crd.status)) api.updateStatus<Crd>({ ...crd, status })
}

function cleanUp(crd: Crd, { api, env }: ControllerContext): void {
  const { finalizers = [], name } = crd.metadata
  if (!finalizers.includes(FINALIZER)) return
  for (const object of api.list(name)) {
    if (object.metadata.deletionTimestamp) continue
    try {
      api.delete(name, object.metadata.namespace, object.metadata.name)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }
  const left = api.list(name).length
  const condition: Condition = left
    ? { type: 'Terminating', status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' }
    : { type: 'Terminating', status: 'False', reason: 'InstanceDeletionCompleted', message: 'removed all instances' }
  const conditions = setStatusCondition(crd.status.conditions, condition, timestamp(env.now()))
  const marked = api.updateStatus<Crd>({ ...crd, status: { ...crd.status, conditions } })
  if (!left) api.update<Crd>({ ...marked, metadata: { ...marked.metadata, finalizers: finalizers.filter((f) => f !== FINALIZER) } })
}
