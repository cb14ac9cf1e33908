// The rules of a role, one line a resource. Follows kubectl's pkg/util/rbac: rules are broken down, joined by resource, sorted.
import type { PolicyRule, Role } from '../../api/rbac'
import { goList } from './go-text'
import { compare, headLines } from './metadata'
import { describing } from './writer'

/** Equivalent rules of one verb, one resource and one name each. */
export function breakDown(rule: PolicyRule): PolicyRule[] {
  const found: PolicyRule[] = []
  for (const group of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const simple = { apiGroups: [group], resources: [resource], verbs: [verb] }
        if (rule.resourceNames?.length) found.push(...rule.resourceNames.map((name) => ({ ...simple, resourceNames: [name] })))
        else found.push(simple)
      }
    }
  }
  for (const url of rule.nonResourceURLs ?? []) found.push(...rule.verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })))
  return found
}

/** Joins the verbs of rules about the same resource and name. Those about URLs stay apart, as upstream leaves them. */
function compact(rules: PolicyRule[]): PolicyRule[] {
  const byResource = new Map<string, PolicyRule>()
  const others: PolicyRule[] = []
  for (const rule of rules) {
    if (rule.nonResourceURLs) {
      others.push(rule)
      continue
    }
    const key = JSON.stringify([rule.apiGroups, rule.resources, rule.resourceNames])
    const known = byResource.get(key)
    byResource.set(key, known ? { ...known, verbs: [...new Set([...known.verbs, ...rule.verbs])] } : rule)
  }
  return [...others, ...byResource.values()]
}

/** What upstream sorts by: the generated String method of rbac/v1 PolicyRule. */
function sortText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return (
    `&PolicyRule{Verbs:${goList(verbs)},APIGroups:${goList(apiGroups)},Resources:${goList(resources)},` +
    `ResourceNames:${goList(resourceNames)},NonResourceURLs:${goList(nonResourceURLs)},}`
  )
}

/** `deployments.apps/scale` */
function resourceText({ resources = [], apiGroups = [] }: PolicyRule): string {
  if (resources.length === 0) return ''
  const slash = resources[0].indexOf('/')
  const [resource, subresource] = slash === -1 ? [resources[0], ''] : [resources[0].slice(0, slash), resources[0].slice(slash)]
  return `${resource}${apiGroups[0] ? `.${apiGroups[0]}` : ''}${subresource}`
}

/** Rules joined by resource, in the order in which kubectl lists them. */
export function compactRules(rules: PolicyRule[]): PolicyRule[] {
  return compact(rules.flatMap(breakDown)).sort((a, b) => compare(sortText(a), sortText(b)))
}

/** Resources, URLs, names and verbs of a compact rule. */
export function ruleCells(rule: PolicyRule): string[] {
  return [resourceText(rule), goList(rule.nonResourceURLs), goList(rule.resourceNames), goList(rule.verbs)]
}

/** The description of a Role or ClusterRole; it has no events. */
export function describeRole(role: Role): string {
  const rules = compactRules(role.rules ?? [])
  return describing((w) => {
    headLines(w, role, false)
    w.write(0, 'PolicyRule:\n')
    w.write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n')
    w.write(1, '---------\t-----------------\t--------------\t-----\n')
    for (const rule of rules) w.write(1, `${ruleCells(rule).join('\t')}\n`)
  })
}
