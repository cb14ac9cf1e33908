// Names in other objects follow the objects whose names have changed.
// Upstream: kustomize api/filters/nameref, api/internal/accumulator/namereferencetransformer.go.
import type { Json } from '../api/types'
import { isObject, type JsonObject } from '../lib/patch/value'
import { failure, wrapped } from './failure'
import { nameReferences } from './field-specs'
import { splitPath, updateAt } from './fields'
import type { FieldSpec } from './kustomization'
import { effectiveNamespace, type Gvk, gvkOf, idText, isClusterScoped, type Resource, sameNamespace, selectedBy, text } from './resource'
import type { ResourceMap } from './resource-map'

/** Throws CommandError when a name may mean several objects. */
export function fixNameReferences(map: ResourceMap): void {
  for (const { target, fields } of nameReferences()) {
    for (const field of fields) {
      for (const referrer of map.resources) {
        if (selectedBy(referrer.original, field)) new Fixer(map, referrer, field, target).run()
      }
    }
  }
}

class Fixer {
  constructor(
    private readonly map: ResourceMap,
    private readonly referrer: Resource,
    private readonly field: FieldSpec,
    private readonly target: Partial<Gvk>,
  ) {}

  run(): void {
    const { referrer, field } = this
    referrer.value = wrapped(`updating name reference in '${field.path}' field of '${idText(referrer.id)}'`, () =>
      updateAt(referrer.value, splitPath(field.path), undefined, (value) => this.fixed(value)),
    ) as JsonObject
  }

  private fixed(value: Json): Json {
    if (Array.isArray(value)) return value.map((item) => this.fixed(item))
    if (value === null) return value
    if (isObject(value)) return this.fixedMap(value)
    const referral = this.select(text(value), this.candidates(), (r) => r.id.name)
    return referral ? referral.id.name : value
  }

  /** A map with a name and perhaps a namespace, which both follow. */
  private fixedMap(value: JsonObject): Json {
    if (value.name === undefined) throw failure("path config error; no 'name' field in node")
    let candidates = this.candidates()
    if (value.namespace !== undefined) {
      const namespace = text(value.namespace)
      const namespaced = candidates.filter((r) => !isClusterScoped(r.id))
      const before = namespaced.filter((r) => effectiveNamespace(r.original) === namespace)
      candidates = before.length ? before : namespaced.filter((r) => effectiveNamespace(r.id) === namespace)
    }
    const referral = this.select(text(value.name), candidates, (r) => `${r.id.namespace}/${r.id.name}`)
    if (!referral) return value
    const { name, namespace } = referral.id
    return { ...value, name, ...(namespace ? { namespace } : {}) }
  }

  /** What an object can refer to at all: what is in its namespace or in none, and for role bindings the accounts they name. */
  private candidates(): Resource[] {
    const { referrer, map } = this
    const { id } = referrer
    if (isClusterScoped(id)) return map.resources
    const named = this.subjectNamespaces()
    return map.resources.filter((r) => isClusterScoped(r.id) || sameNamespace(r.id, id) || named.has(r.id.namespace))
  }

  private subjectNamespaces(): Set<string> {
    const { kind, subjects } = this.referrer.value
    if (kind !== 'RoleBinding' || !Array.isArray(subjects)) return new Set()
    return new Set(
      subjects.filter((s): s is JsonObject => isObject(s) && s.kind === 'ServiceAccount' && !!s.namespace).map((s) => text(s.namespace)),
    )
  }

  private select(name: string, candidates: Resource[], identity: (resource: Resource) => string): Resource | undefined {
    const { referrer } = this
    const scoped = isClusterScoped(referrer.id)
    const role = this.roleKind()
    let found = candidates
      .filter((r) => r.previous.some((id) => id.name === name))
      .filter((r) => r.previous.some((id) => selectedBy(id, this.target)))
      .filter((r) => !role || r.previous.some((id) => selectedBy(id, role)))
      .filter((r) => scoped || isClusterScoped(r.id) || gvkOf(r.value).kind === 'ServiceAccount' || sameNamespace(r.id, referrer.id))
    if (found.length > 1) found = found.filter((r) => affixesMatch(r, referrer, true))
    if (found.length > 1) found = found.filter((r) => affixesMatch(r, referrer, false))
    if (found.length > 1 && found.some((r) => identity(r) !== identity(found[0]))) {
      throw failure(`found multiple possible referrals: ${found.map((r) => idText(r.id)).join(', ')}`)
    }
    return found[0]
  }

  /** A role reference says itself which kind it means. */
  private roleKind(): Partial<Gvk> | undefined {
    const { roleRef } = this.referrer.value
    if (!this.field.path.endsWith('roleRef/name') || !isObject(roleRef) || !roleRef.apiGroup || !roleRef.kind) return undefined
    return { group: text(roleRef.apiGroup), kind: text(roleRef.kind) }
  }
}

/** Whether the shorter list of affixes ends the longer one; with `open` no affixes match any. */
function endsAlike(a: string[], b: string[], open: boolean): boolean {
  if (!a.length || !b.length) return open || a.length === b.length
  const length = Math.min(a.length, b.length)
  return a.slice(-length).join('\n') === b.slice(-length).join('\n')
}

function affixesMatch(a: Resource, b: Resource, open: boolean): boolean {
  return endsAlike(a.prefixes, b.prefixes, open) && endsAlike(a.suffixes, b.suffixes, open)
}
