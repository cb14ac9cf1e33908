// kubectl auth reconcile -f: adds to roles and bindings what a file has and they lack.
// Upstream: kubectl/pkg/cmd/auth/reconcile.go, component-helpers/auth/rbac/reconciliation.
import type { PolicyRule, Role, RoleBinding, Subject } from '../api/rbac'
import type { KubeObject, StringMap } from '../api/types'
import { requireNamespace } from '../apiserver/decode'
import type { Command, CommandContext } from '../cli/context'
import { dryRunOf } from '../cli/dry-run'
import { manifestsOf } from '../cli/kustomize'
import { resultPrinter } from '../cli/result'
import type { Cluster } from '../cluster'
import { ApiError, CommandError, combine } from '../errors'
import { goList } from '../kinds/describe/go-text'
import { breakDown } from '../kinds/describe/rules'
import { deepEqual } from '../lib/equal'

const MANAGER = { manager: 'kubectl-auth' }
const AUTOUPDATE = 'rbac.authorization.kubernetes.io/autoupdate'

interface Outcome {
  object: KubeObject
  operation?: 'create' | 'update' | 'recreate'
  isProtected: boolean
  missing: string[]
  extra: string[]
  what: 'rules' | 'subjects'
}

async function reconcile(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (!flags.list('filename').length && !flags.string('kustomize')) throw new CommandError('must specify one of -f and -k')
  if (args.length) throw new CommandError('no arguments are allowed')
  const dryRun = dryRunOf(context)
  if (dryRun === 'server') throw new CommandError('--dry-run=server for command reconcile is not supported yet')
  const print = resultPrinter(context, dryRun)
  const { documents, failures } = await manifestsOf(context)
  const outcomes = context.cluster.write((cluster) =>
    documents.flatMap(({ value }) => {
      try {
        // What has no mapping is namespaced when it says so: --namespace is no default here.
        requireNamespace((value as unknown as KubeObject).metadata?.namespace, context.namespace, context.namespaceGiven)
        return reconcileObject(context, cluster, value as unknown as KubeObject, dryRun !== 'none')
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof CommandError)) throw error
        failures.push(error)
        return []
      }
    }),
  )
  for (const outcome of outcomes) {
    context.out(print(outcome.object, 'reconciled'))
    context.err(notes(outcome, flags.bool('remove-extra-permissions'), flags.bool('remove-extra-subjects')))
  }
  const failure = combine(failures)
  if (failure) throw failure
}

function notes({ operation, isProtected, missing, extra, what }: Outcome, removeRules: boolean, removeSubjects: boolean): string {
  if (!operation) return ''
  const caveat = isProtected ? `, but object opted out (${AUTOUPDATE}: false)` : ''
  const lines = [`\treconciliation required ${operation}${caveat}`]
  if (missing.length) lines.push(`\tmissing ${what} added:`, ...missing.map((text) => `\t\t${text}`))
  const removes = what === 'rules' ? removeRules : removeSubjects
  if (removes && extra.length) lines.push(`\textra ${what} removed:`, ...extra.map((text) => `\t\t${text}`))
  return `${lines.join('\n')}\n`
}

function reconcileObject(context: CommandContext, cluster: Cluster, value: KubeObject, dryRun: boolean): Outcome[] {
  const { kind, apiVersion } = value
  if (!['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].includes(kind)) return []
  if (/^rbac\.authorization\.k8s\.io\/v1(alpha|beta)1$/.test(apiVersion)) {
    throw new CommandError(
      `only rbac.authorization.k8s.io/v1 is supported: not *${apiVersion.slice(apiVersion.lastIndexOf('/') + 1)}.${kind}`,
    )
  }
  if (apiVersion !== 'rbac.authorization.k8s.io/v1') return []
  const info = cluster.server.resourceOf(value)
  // Files are read without the server, which alone knows what is namespaced: none is put into the namespace of the command line.
  const { namespace } = value.metadata
  const lost = info.namespaced && !namespace
  const wanted = value
  const existing = lost ? undefined : find(cluster, info.resource, info.namespaced ? namespace : undefined, value.metadata.name)
  const outcome = kind.endsWith('Binding')
    ? bindingOutcome(existing as RoleBinding | undefined, wanted as RoleBinding, context.flags.bool('remove-extra-subjects'))
    : roleOutcome(existing as Role | undefined, wanted as Role, context.flags.bool('remove-extra-permissions'))
  if (dryRun || outcome.isProtected || !outcome.operation) return [outcome]
  if (lost) throw new CommandError('resource name may not be empty')
  return [{ ...outcome, object: write(cluster, outcome, namespace) }]
}

function find(cluster: Cluster, resource: string, namespace: string | undefined, name: string): KubeObject | undefined {
  cluster.server.authorize('get', cluster.server.discovery.byResource(resource)!, namespace, name)
  return cluster.view.get(resource, namespace, name)
}

function write(cluster: Cluster, { object, operation }: Outcome, namespace: string | undefined): KubeObject {
  const { server } = cluster
  if (operation === 'update') return server.update(object, MANAGER)
  const info = server.resourceOf(object)
  if (operation === 'recreate') server.delete(info, namespace, object.metadata.name, MANAGER)
  if (namespace && !cluster.view.get('namespaces', undefined, namespace)) ensureNamespace(cluster, namespace)
  return server.create(object, MANAGER)
}

function ensureNamespace(cluster: Cluster, name: string): void {
  try {
    cluster.server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } } as KubeObject, MANAGER)
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'Forbidden')) throw error
  }
}

function merged(existing: KubeObject, wanted: KubeObject): { metadata: KubeObject['metadata']; changed: boolean } {
  const join = (a?: StringMap, b?: StringMap) => (a || b ? { ...a, ...b } : undefined)
  const annotations = join(wanted.metadata.annotations, existing.metadata.annotations)
  const labels = join(wanted.metadata.labels, existing.metadata.labels)
  const changed = !deepEqual(annotations, existing.metadata.annotations) || !deepEqual(labels, existing.metadata.labels)
  return { metadata: { ...existing.metadata, ...(annotations ? { annotations } : {}), ...(labels ? { labels } : {}) }, changed }
}

function roleOutcome(existing: Role | undefined, wanted: Role, removeExtra: boolean): Outcome {
  const what = 'rules'
  if (!existing) {
    return { object: wanted, operation: 'create', isProtected: false, missing: (wanted.rules ?? []).map(ruleText), extra: [], what }
  }
  const { metadata, changed } = merged(existing, wanted)
  const missing = uncovered(existing.rules ?? [], wanted.rules ?? [])
  const extra = wanted.aggregationRule && existing.aggregationRule ? [] : uncovered(wanted.rules ?? [], existing.rules ?? [])
  const differs = removeExtra ? missing.length + extra.length > 0 : missing.length > 0
  const rules = !differs ? existing.rules : removeExtra ? wanted.rules : [...(existing.rules ?? []), ...missing]
  const selectors = (role: Role) => role.aggregationRule?.clusterRoleSelectors ?? []
  const lacking = selectors(wanted).filter((selector) => !selectors(existing).some((each) => deepEqual(each, selector)))
  const aggregationRule = wanted.aggregationRule && { clusterRoleSelectors: [...selectors(existing), ...lacking] }
  const aggregates = !deepEqual(aggregationRule, existing.aggregationRule)
  const { aggregationRule: _, ...rest } = existing
  return {
    object: { ...rest, metadata, rules, ...(aggregationRule ? { aggregationRule } : {}) } as Role,
    ...(changed || differs || aggregates ? { operation: 'update' as const } : {}),
    isProtected: existing.metadata.annotations?.[AUTOUPDATE] === 'false',
    missing: missing.map(ruleText),
    extra: extra.map(ruleText),
    what,
  }
}

/** The rules of `servant`, broken down, that no rule of `owner` covers. */
function uncovered(owner: PolicyRule[], servant: PolicyRule[]): PolicyRule[] {
  return servant.flatMap(breakDown).filter((rule) => !owner.some((each) => covers(each, rule)))
}

function covers(owner: PolicyRule, rule: PolicyRule): boolean {
  const all = (have: string[] | undefined, want: string[] | undefined) =>
    have?.includes('*') || (want ?? []).every((word) => have?.includes(word))
  if (!all(owner.verbs, rule.verbs)) return false
  if (rule.nonResourceURLs) {
    return rule.nonResourceURLs.every((url) =>
      (owner.nonResourceURLs ?? []).some((pattern) => pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.slice(0, -1)))),
    )
  }
  if (!all(owner.apiGroups, rule.apiGroups) || !resourcesCover(owner.resources ?? [], rule.resources ?? [])) return false
  if (!owner.resourceNames?.length) return true
  return Boolean(rule.resourceNames?.length) && all(owner.resourceNames, rule.resourceNames) === true
}

function resourcesCover(have: string[], want: string[]): boolean {
  return want.every((word) => have.includes('*') || have.includes(word) || (word.includes('/') && have.includes(`*/${word.split('/')[1]}`)))
}

function bindingOutcome(existing: RoleBinding | undefined, wanted: RoleBinding, removeExtra: boolean): Outcome {
  const what = 'subjects'
  const subjects = wanted.subjects ?? []
  if (!existing) return { object: wanted, operation: 'create', isProtected: false, missing: subjects.map(subjectText), extra: [], what }
  const isProtected = existing.metadata.annotations?.[AUTOUPDATE] === 'false'
  if (!deepEqual(existing.roleRef, wanted.roleRef))
    return { object: wanted, operation: 'recreate', isProtected, missing: [], extra: [], what }
  const { metadata, changed } = merged(existing, wanted)
  const known = existing.subjects ?? []
  const missing = subjects.filter((subject) => !known.some((each) => deepEqual(each, subject)))
  const extra = known.filter((subject) => !subjects.some((each) => deepEqual(each, subject)))
  const differs = removeExtra ? missing.length + extra.length > 0 : missing.length > 0
  const object = { ...existing, metadata, subjects: !differs ? known : removeExtra ? subjects : [...known, ...missing] }
  return {
    object,
    ...(changed || differs ? { operation: 'update' as const } : {}),
    isProtected,
    missing: missing.map(subjectText),
    extra: extra.map(subjectText),
    what,
  }
}

/** `%+v` of the Go struct. */
function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return `{Verbs:${goList(verbs)} APIGroups:${goList(apiGroups)} Resources:${goList(resources)} ResourceNames:${goList(resourceNames)} NonResourceURLs:${goList(nonResourceURLs)}}`
}

function subjectText({ kind, apiGroup, name, namespace }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup ?? ''} Name:${name} Namespace:${namespace ?? ''}}`
}

export const command: Command = { run: reconcile }
