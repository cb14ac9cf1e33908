// Objects of every kind made up from its field types: the least manifest, with fields added by chance, without those the server refuses.
import fc from 'fast-check'
import type { KubeObject } from '../../src/api/types'
import { ApiError } from '../../src/errors'
import { canonicalQuantity } from '../../src/lib/quantity'
import { type Shape, shapeOf } from '../../src/schema/shape'
import { type Field, type FieldType, structType, typeNameOf } from '../../src/schema/types'
import type { LeastManifest } from './least-manifests'

type Fields = Record<string, unknown>

/** Words that many fields take, and words that a reader of YAML may mistake for something else. */
const WORDS = ['a', 'b-1', 'web', 'true', 'null', '10', '1e3', '0x1F', '2026-11-23', 'a.b', 'yes', '~']
const QUANTITIES = ['100m', '1', '2500m', '64Mi', '1Gi', '1500', '0.5', '12e6', '1G'].map(canonicalQuantity)
/** Set by the server or by components; a manifest that states them is not kept as it is. */
const NOT_STATED: Record<string, string[]> = {
  ObjectMeta: [
    'name',
    'namespace',
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'selfLink',
    'generateName',
    'ownerReferences',
    'finalizers',
  ],
  Secret: ['stringData'],
  // Another field's old name; what admission looks up or reckons.
  // Components write these, too.
  NodeSpec: ['taints'],
  Event: ['series'],
  JobSpec: ['selector', 'manualSelector'],
  ClusterRole: ['aggregationRule'],
  PodSpec: ['serviceAccount', 'serviceAccountName', 'priority', 'priorityClassName', 'runtimeClassName', 'overhead'],
}

function scalar(field: Field | undefined, kind: string): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'string':
      return fc.constantFrom(...(field?.enum?.length ? field.enum : WORDS))
    case 'boolean':
      return fc.constant(true)
    case 'int32':
    case 'int64':
      return fc.integer({ min: 1, max: 40 })
    case 'double':
      return fc.constantFrom(0.5, 2)
    case 'bytes':
      return fc.constantFrom('YQ==', 'AAECAw==')
    case 'time':
      return fc.constant('2026-01-02T03:04:05Z')
    case 'micro-time':
      return fc.constant('2026-01-02T03:04:05.000006Z')
    case 'quantity':
      return fc.constantFrom(...QUANTITIES)
    case 'int-or-string':
      return fc.constantFrom<unknown>(1, 8080, '25%', 'web')
    case 'object':
    case 'any':
      return fc.constantFrom<unknown>({ a: 1 }, { b: 'c', d: ['e'] })
    default:
      throw new Error(`no values are known for a field of type ${kind}`)
  }
}

function anyOf(type: FieldType, field: Field | undefined, depth: number): fc.Arbitrary<unknown> {
  switch (type.form) {
    case 'scalar':
      return scalar(field, type.kind)
    case 'list': {
      const item =
        type.items.form === 'struct' ? fieldsOf(type.items.type, depth - 1, field?.listMapKeys) : anyOf(type.items, field, depth - 1)
      const keys = field?.listMapKeys
      const selector = (value: unknown) => JSON.stringify(keys ? keys.map((key) => (value as Fields)[key]) : value)
      return fc.uniqueArray(item, { minLength: 1, maxLength: 2, selector })
    }
    case 'map':
      return fc.dictionary(fc.constantFrom('a', 'b-1', 'c.d'), anyOf(type.values, field, depth - 1), { minKeys: 1, maxKeys: 2 })
    case 'struct':
      return fieldsOf(type.type, depth)
  }
}

/** Some of the type's fields; those it requires always, and those that tell a list's items apart. */
function fieldsOf(typeName: string, depth: number, keys: string[] = []): fc.Arbitrary<Fields> {
  const type = structType(typeName)
  if (!type) return fc.constant({})
  const chosen = [...type.fields.values()].filter(
    (f) => !NOT_STATED[type.goName]?.includes(f.name) && (depth > 0 || f.required || keys.includes(f.name)),
  )
  const entries = chosen.map((field): fc.Arbitrary<[string, unknown][]> => {
    const value = anyOf(field.type, field, depth - 1).map((v): [string, unknown][] => [[field.name, v]])
    return field.required || keys.includes(field.name)
      ? value
      : fc.oneof({ weight: 2, arbitrary: fc.constant<[string, unknown][]>([]) }, { weight: 1, arbitrary: value })
  })
  return fc.tuple(...entries).map((all) => Object.fromEntries(all.flat()))
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the least manifest says stands; beside it what chance added. */
function lay(least: unknown, added: unknown): unknown {
  if (isRecord(least)) {
    if (!isRecord(added)) return least
    const keys = [...new Set([...Object.keys(least), ...Object.keys(added)])]
    // A selector fits its template as it is.
    const merged = (key: string) => (key === 'selector' ? least[key] : lay(least[key], added[key]))
    return Object.fromEntries(keys.map((key) => [key, key in least ? merged(key) : added[key]]))
  }
  if (Array.isArray(least) && Array.isArray(added)) return least.map((item, i) => lay(item, added[i % added.length]))
  return least
}

/** An object of the kind as chance would have it; not all that it says is right. */
export function objectOf({ apiVersion, kind, object }: LeastManifest): fc.Arbitrary<Fields> {
  const typeName = typeNameOf(apiVersion, kind)
  if (!typeName) throw new Error(`no type is known for ${kind} in ${apiVersion}`)
  return fieldsOf(typeName, 8).map(({ status: _, ...added }) => lay(object, added) as Fields)
}

/** The steps of a field's path: `spec.ports[0].name`, `metadata.annotations[a.b]`. */
function stepsOf(path: string): string[] {
  return [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([step, inner]) => inner ?? step)
}

/** Takes the field away, or what comes closest to it that the least manifest does not hold. Answers whether anything went. */
function takeAway(object: Fields, least: unknown, path: string): boolean {
  const steps = stepsOf(path)
  let at: unknown = object
  let kept: unknown = least
  for (const [i, step] of steps.entries()) {
    const inner = isRecord(at) || Array.isArray(at) ? (at as Fields)[step] : undefined
    if (inner === undefined) return false
    const innerKept = isRecord(kept) || Array.isArray(kept) ? (kept as Fields)[step] : undefined
    const last = i === steps.length - 1
    const deeper = !last && (isRecord(inner) || Array.isArray(inner)) && (inner as Fields)[steps[i + 1]] !== undefined
    if (innerKept === undefined && !deeper) {
      if (Array.isArray(at)) {
        at.splice(Number(step), 1)
        return true
      }
      delete (at as Fields)[step]
      return true
    }
    if (last && isRecord(inner)) {
      // The struct as a whole is wrong: what chance put into it goes.
      const extra = Object.keys(inner).filter((key) => !isRecord(innerKept) || !(key in innerKept))
      for (const key of extra) delete inner[key]
      return extra.length > 0
    }
    at = inner
    kept = innerKept
  }
  return false
}

/** What was asked for, with the values the server gives. A list that merges as a whole has its items' defaults, too. */
function asStored(asked: unknown, stored: unknown, shape: Shape | undefined, merges = true): unknown {
  if (Array.isArray(asked) && Array.isArray(stored) && merges && shape?.kind === 'list') {
    return asked.map((item, i) => asStored(item, stored[i], shape.element))
  }
  if (!isRecord(asked) || !isRecord(stored)) return stored
  const keys = Object.keys(asked).filter((key) => stored[key] !== undefined)
  const entry = (key: string) => {
    const field = shape?.kind === 'map' ? shape.field(key) : undefined
    if (field?.patchStrategies.includes('retainKeys')) return [key, stored[key]]
    return [key, asStored(asked[key], stored[key], field?.shape, field?.patchStrategies.includes('merge'))]
  }
  return Object.fromEntries(keys.map(entry))
}

/**
 * The object without the fields that `create` refuses, by the paths its refusals name; the least manifest when that does not help.
 * `create` answers the stored object and throws ApiError Invalid as the API server does.
 */
export function mended(object: Fields, least: Fields, create: (object: KubeObject) => KubeObject): Fields {
  const current = structuredClone(object)
  const shape = shapeOf(String(least.apiVersion), String(least.kind))
  for (let tries = 0; tries < 60; tries++) {
    try {
      return asStored(current, create(structuredClone(current) as unknown as KubeObject), shape) as Fields
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      const paths = (error.details.causes ?? []).map((cause) => cause.field ?? '')
      const gone = paths.filter(
        (path) => takeAway(current, least, path) || takeAway(current, least, path.replace(/(\.[^.[]+|\[[^\]]*\])$/, '')),
      )
      if (!gone.length) break
    }
  }
  return asStored(least, create(structuredClone(least) as unknown as KubeObject), shape) as Fields
}
