// Fills ClusterRoles from those their aggregationRule selects. Follows pkg/controller/clusterroleaggregation.
import type { Controller } from '../api/contracts'
import type { KubeObject, LabelSelector } from '../api/types'
import { semanticEqual } from '../lib/equal'
import { matchesSelector } from '../lib/selectors'

const RESOURCE = 'clusterroles.rbac.authorization.k8s.io'

interface ClusterRole extends KubeObject {
  aggregationRule?: { clusterRoleSelectors?: LabelSelector[] }
  rules?: unknown[] | null
}

export const clusterRoleAggregationController: Controller = {
  name: 'clusterrole-aggregation-controller',
  watches: {
    [RESOURCE]: ({ before, after }, view) => {
      const selects = (role: ClusterRole) =>
        role.aggregationRule?.clusterRoleSelectors?.some((s) => [before, after].some((o) => o && matchesSelector(s, o.metadata.labels)))
      const keys = view
        .list<ClusterRole>(RESOURCE)
        .filter(selects)
        .map((role) => role.metadata.name)
      return (after as ClusterRole | undefined)?.aggregationRule ? [...keys, after!.metadata.name] : keys
    },
  },
  reconcile(key, { api }) {
    const role = api.get<ClusterRole>(RESOURCE, undefined, key)
    if (!role?.aggregationRule) return
    const rules: unknown[] = []
    for (const selector of role.aggregationRule.clusterRoleSelectors ?? []) {
      for (const other of api.list<ClusterRole>(RESOURCE)) {
        if (other.metadata.name === key || !matchesSelector(selector, other.metadata.labels)) continue
        for (const rule of other.rules ?? []) if (!rules.some((r) => semanticEqual(r, rule))) rules.push(rule)
      }
    }
    if (!semanticEqual(rules, role.rules)) api.update<ClusterRole>({ ...role, rules }, 'clusterrole-aggregation-controller')
  },
}
