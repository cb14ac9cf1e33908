// Which resource a kind belongs to, for controllers that meet objects of every kind.
import type { View } from '../../api/contracts'
import type { KubeObject } from '../../api/types'
import { builtinResources } from '../../schema/resources'
import { groupOf } from './ownership'

interface Crd extends KubeObject {
  spec: { group: string; scope: string; names: { plural: string; kind: string } }
}
const CRDS = 'customresourcedefinitions.apiextensions.k8s.io'

export interface ServedResource {
  resource: string
  namespaced: boolean
}

let builtin: Map<string, ServedResource> | undefined

/** The resource behind `apps/v1` `Deployment`, versions aside; undefined when the cluster serves no such kind. */
export function resourceOfKind(view: View, apiVersion: string, kind: string): ServedResource | undefined {
  builtin ??= new Map(builtinResources().map((r) => [`${r.group}/${r.kind}`, { resource: r.resource, namespaced: r.namespaced }]))
  const group = groupOf(apiVersion)
  const known = builtin.get(`${group}/${kind}`)
  if (known || !group.includes('.')) return known
  const crd = view.list<Crd>(CRDS).find((c) => c.spec.group === group && c.spec.names.kind === kind)
  return crd && { resource: `${crd.spec.names.plural}.${group}`, namespaced: crd.spec.scope === 'Namespaced' }
}

/** Every resource that lives in namespaces and can be deleted, each once, in the order of discovery. */
export function namespacedResources(view: View): string[] {
  const names = builtinResources()
    .filter((r) => r.namespaced && r.verbs.includes('delete'))
    .map((r) => r.resource)
  const custom = view.list<Crd>(CRDS).filter((c) => c.spec.scope === 'Namespaced')
  return [...new Set([...names, ...custom.map((c) => `${c.spec.names.plural}.${c.spec.group}`)])]
}
