// Patch laws against small models written from the specifications: JSON patch (RFC 6902), JSON merge patch (RFC 7386) and the two
// three-way merges of kubectl apply.
import fc from 'fast-check'
import type { Json } from '../../src/api/types'
import { patchSchemaOf } from '../../src/apiserver/patch-schema'
import { jsonPatch, type PatchOperation } from '../../src/lib/patch/json-patch'
import { createMergePatch, createThreeWayMergePatch, mergePatch } from '../../src/lib/patch/merge-patch'
import { createThreeWayPatch } from '../../src/lib/patch/strategic-diff'
import { strategicMergePatch } from '../../src/lib/patch/strategic-merge'
import { type JsonObject, PatchError } from '../../src/lib/patch/value'
import { rounds, seed, tried } from '../torture/tried'

const runs = { seed, numRuns: rounds(10_000) }
afterEach(() => tried('a patch against a model', runs.numRuns))

const isMap = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)
const own = (map: Json | undefined, key: string): Json | undefined => (isMap(map) && Object.hasOwn(map, key) ? map[key] : undefined)

/** A map of the fields that are there; keys such as `__proto__` are keys. */
function mapOf(fields: [string, Json | undefined][]): JsonObject {
  return Object.fromEntries(fields.filter((field): field is [string, Json] => field[1] !== undefined))
}

// ---------------------------------------------------------------- JSON merge patch

const key = fc.constantFrom('a', 'b', 'c', '__proto__')
const documents = (scalars: fc.Arbitrary<Json>) =>
  fc.letrec<{ value: Json; map: JsonObject }>((tie) => ({
    value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalars, fc.array(scalars, { maxLength: 2 }), tie('map')),
    map: fc.dictionary(key, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<JsonObject>,
  })).map
const plain = documents(fc.constantFrom<Json>('x', 'y', 1, false))
const withNulls = documents(fc.constantFrom<Json>('x', 1, null, null))

/** RFC 7386, section 2. */
function rfc7386(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch
  const names = new Set([...(isMap(target) ? Object.keys(target) : []), ...Object.keys(patch)])
  return mapOf(
    [...names].map((name) => {
      const change = own(patch, name)
      if (change === null) return [name, undefined]
      return [name, change === undefined ? own(target, name) : rfc7386(own(target, name), change)]
    }),
  )
}

test('a JSON merge patch does what RFC 7386 says', () => {
  fc.assert(
    fc.property(plain, withNulls, (target, patch) => expect(mergePatch(target, patch)).toEqual(rfc7386(target, patch))),
    runs,
  )
})

/** What apply wants: all of `wanted`, and of `live` what `applied` did not state. */
function threeWay(applied: Json | undefined, wanted: JsonObject, live: Json | undefined): JsonObject {
  const kept = isMap(live) ? Object.keys(live).filter((name) => own(wanted, name) === undefined && own(applied, name) === undefined) : []
  return mapOf([
    ...kept.map((name): [string, Json | undefined] => [name, own(live, name)]),
    ...Object.keys(wanted).map((name): [string, Json] => {
      const value = wanted[name]
      return [name, isMap(value) && isMap(own(live, name)) ? threeWay(own(applied, name), value, own(live, name)) : value]
    }),
  ])
}

test('a three-way JSON merge gives what is wanted and keeps what others set', () => {
  fc.assert(
    fc.property(plain, plain, plain, (applied, wanted, live) => {
      // A field that was a map and is none is replaced whole, so that its members are not deleted one by one.
      fc.pre(alike(applied, wanted))
      expect(mergePatch(live, createThreeWayMergePatch(applied, wanted, live))).toEqual(threeWay(applied, wanted, live))
    }),
    runs,
  )
})

/** True when no field is a map here and something else there. */
function alike(one: JsonObject, other: JsonObject): boolean {
  return Object.keys(one).every((name) => {
    const [a, b] = [own(one, name), own(other, name)]
    return b === undefined || isMap(a) === isMap(b) ? !isMap(a) || !isMap(b) || alike(a, b) : false
  })
}

test('a merge patch from one document to another has no part that does nothing', () => {
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      const patch = createMergePatch(one, other)
      for (const name of Object.keys(patch)) {
        const less = mapOf(Object.keys(patch).map((n) => [n, n === name ? undefined : patch[n]]))
        expect(mergePatch(one, less)).not.toEqual(other)
      }
    }),
    runs,
  )
})

// ---------------------------------------------------------------- JSON patch

const list = fc.array(fc.constantFrom<Json>('x', 'y', 1), { maxLength: 3 })
const tree = fc.record(
  { a: fc.oneof(list, plain), b: list, 'c/d': plain, 'e~f': fc.constantFrom<Json>('x', 1), g: fc.array(plain, { maxLength: 2 }) },
  { requiredKeys: [] },
) as unknown as fc.Arbitrary<JsonObject>
const step = fc.constantFrom('a', 'b', 'c~1d', 'e~0f', 'g', '0', '1', '2', '-', '-1', '__proto__')
const pointer = fc.array(step, { minLength: 1, maxLength: 3 }).map((steps) => `/${steps.join('/')}`)
const operation: fc.Arbitrary<PatchOperation> = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value: fc.oneof(plain, list, fc.constantFrom<Json>('x', 1)) }),
  fc.record({ op: fc.constant('remove'), path: pointer }),
  fc.record({ op: fc.constantFrom('move', 'copy'), from: pointer, path: pointer }),
)

class Refused extends Error {}

/** Where an item of a list is; negative numbers count from its end, as the server's library has it. */
function place(name: string, length: number): number {
  const at = Number(name)
  if (!/^-?\d+$/.test(name) || at >= length || at < -length) throw new Refused()
  return at < 0 ? at + length : at
}

function read(value: Json | undefined, path: string[]): Json | undefined {
  if (path.length === 0) return value
  if (Array.isArray(value)) return read(value[place(path[0], value.length)], path.slice(1))
  if (!isMap(value)) throw new Refused()
  return read(own(value, path[0]), path.slice(1))
}

/** The document with `change` made to the container at the path's end. */
function within(value: Json | undefined, path: string[], change: (container: JsonObject | Json[], name: string) => Json): Json {
  if (!isMap(value) && !Array.isArray(value)) throw new Refused()
  if (path.length === 1) return change(value, path[0])
  const inner = within(read(value, path.slice(0, 1)), path.slice(1), change)
  if (Array.isArray(value)) return value.with(place(path[0], value.length), inner)
  return mapOf([...Object.entries(value).filter(([name]) => name !== path[0]), [path[0], inner]])
}

function put(document: Json, path: string[], value: Json): Json {
  return within(document, path, (container, name) => {
    if (!Array.isArray(container)) return mapOf([...Object.entries(container).filter(([n]) => n !== name), [name, value]])
    return container.toSpliced(name === '-' ? container.length : place(name, container.length + 1), 0, value)
  })
}

function take(document: Json, path: string[]): Json {
  return within(document, path, (container, name) => {
    if (Array.isArray(container)) return container.toSpliced(place(name, container.length), 1)
    if (own(container, name) === undefined) throw new Refused()
    return mapOf(Object.entries(container).filter(([n]) => n !== name))
  })
}

/** RFC 6902, and what evanphx/json-patch makes of fields that are not there: they read as null and may be replaced. */
function rfc6902(document: Json, { op, path, from, value = null }: PatchOperation): Json {
  const steps = (text: unknown) =>
    String(text)
      .slice(1)
      .split('/')
      .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
  const to = steps(path)
  switch (op) {
    case 'add':
      return put(document, to, value)
    case 'remove':
      return take(document, to)
    case 'replace':
      return within(document, to, (container, name) => {
        if (Array.isArray(container)) return container.with(place(name, container.length), value)
        return mapOf([...Object.entries(container).filter(([n]) => n !== name), [name, value]])
      })
    case 'move':
      return put(take(document, steps(from)), to, read(document, steps(from)) ?? null)
    case 'copy':
      return put(document, to, read(document, steps(from)) ?? null)
    default: {
      const there = read(document, to) ?? null
      if (!same(there, value)) throw new Refused()
      return document
    }
  }
}

function same(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (!isMap(a) || !isMap(b)) return a === b
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
}

function outcome<T>(run: () => T, refusal: new (...args: never[]) => Error): T | 'refused' {
  try {
    return run()
  } catch (error) {
    if (error instanceof refusal) return 'refused'
    throw error
  }
}

test('JSON patch operations do what RFC 6902 says, all of them or none', () => {
  fc.assert(
    fc.property(tree, fc.array(operation, { minLength: 1, maxLength: 4 }), (document, operations) => {
      const before = structuredClone(document)
      const expected = outcome(() => operations.reduce<Json>(rfc6902, document), Refused)
      expect(outcome(() => jsonPatch(document, operations), PatchError)).toEqual(expected)
      expect(document).toEqual(before)
    }),
    runs,
  )
})

// ---------------------------------------------------------------- strategic merge patch

const pod = patchSchemaOf('v1', 'Pod')!
const letter = fc.constantFrom('1', '2')
const someOf = (names: string[], item: (name: string) => fc.Arbitrary<JsonObject>) =>
  fc.shuffledSubarray(names, { minLength: 1 }).chain((picked) => fc.tuple(...picked.map(item)))
const volume = (name: string) =>
  fc.oneof(
    fc.record({ name: fc.constant(name), emptyDir: fc.record({ medium: letter }) }),
    fc.record({ name: fc.constant(name), configMap: fc.record({ name: letter }) }),
  ) as unknown as fc.Arbitrary<JsonObject>
const container = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      image: letter,
      args: fc.array(letter, { minLength: 1, maxLength: 2 }),
      env: someOf(['E', 'F', 'G'], (n) => fc.record({ name: fc.constant(n), value: letter })),
      ports: someOf(['80', '81'], (n) =>
        fc.record({ containerPort: fc.constant(Number(n)), name: letter }, { requiredKeys: ['containerPort'] }),
      ),
    },
    { requiredKeys: ['name'] },
  ) as unknown as fc.Arbitrary<JsonObject>
const somePod = fc.record({
  metadata: fc.record(
    { labels: fc.dictionary(key, letter, { minKeys: 1 }), finalizers: fc.shuffledSubarray(['f', 'g', 'h'], { minLength: 1 }) },
    { requiredKeys: [] },
  ),
  spec: fc.record(
    {
      nodeSelector: fc.dictionary(key, letter, { minKeys: 1 }),
      tolerations: fc.array(fc.record({ key: letter }), { minLength: 1, maxLength: 2 }),
      containers: someOf(['p', 'q', 'r', 's'], container),
      volumes: someOf(['v', 'w'], volume),
    },
    { requiredKeys: ['containers'] },
  ),
}) as unknown as fc.Arbitrary<JsonObject>

/** Lists that merge, and by what; those that merge by themselves have ''. Items of volumes keep only what is wanted of them. */
const MERGE_KEYS: Record<string, string> = { containers: 'name', env: 'name', ports: 'containerPort', volumes: 'name', finalizers: '' }

/** Lists that merge as maps by their keys, so that order is a matter of its own. */
function keyedTree(value: Json | undefined, name = ''): Json {
  if (Array.isArray(value)) {
    const merge = MERGE_KEYS[name]
    if (merge === undefined) return value
    return mapOf(value.map((item) => (merge === '' ? [String(item), true] : [String(own(item, merge)), keyedTree(item)])))
  }
  if (!isMap(value)) return value ?? null
  // Within an item that is new to a list a deletion stays behind as null, which decoding drops.
  return mapOf(Object.keys(value).map((n) => [n, value[n] === null ? undefined : keyedTree(value[n], n)]))
}

/** `threeWay` where volumes are unions: what is wanted of one is all that is left of it. */
function applied(before: Json, wanted: JsonObject, live: Json): JsonObject {
  const out = threeWay(before, wanted, live)
  const volumes = own(own(wanted, 'spec'), 'volumes')
  const kept = own(own(out, 'spec'), 'volumes')
  if (isMap(volumes) && isMap(kept)) for (const name of Object.keys(volumes)) kept[name] = volumes[name]
  return out
}

/** Every list of maps that merges, by its path, as the keys of its items in their order. */
function orders(value: Json | undefined, path = '', name = ''): Map<string, string[]> {
  const found = new Map<string, string[]>()
  const merge = MERGE_KEYS[name]
  // Of a list of scalars apply states the order only when it differs from the sorted one.
  if (Array.isArray(value) && merge) {
    found.set(
      path,
      value.map((item) => String(own(item, merge))),
    )
    for (const item of value) for (const [p, o] of orders(item, `${path}/${own(item, merge)}`)) found.set(p, o)
  } else if (isMap(value)) for (const n of Object.keys(value)) for (const [p, o] of orders(value[n], `${path}/${n}`, n)) found.set(p, o)
  return found
}

/** Upstream leaves the directives in an item that was applied before, is wanted still, and was taken from the live list meanwhile. */
function lostAnItem(before: Json, wanted: Json, live: Json): boolean {
  return ['containers', 'volumes'].some((name) => {
    const [then, now, there] = [before, wanted, live].map((value) => Object.keys(own(own(keyedTree(value), 'spec'), name) ?? {}))
    return now.some((item) => then.includes(item) && !there.includes(item))
  })
}

test('a three-way strategic merge gives what is wanted, keeps what others set, and puts lists in the wanted order', () => {
  fc.assert(
    fc.property(somePod, somePod, somePod, (before, wanted, live) => {
      fc.pre(!lostAnItem(before, wanted, live))
      const result = strategicMergePatch(live, createThreeWayPatch(before, wanted, live, pod), pod)
      expect(keyedTree(result)).toEqual(applied(keyedTree(before), keyedTree(wanted) as JsonObject, keyedTree(live)))
      const ordered = orders(result)
      for (const [path, names] of orders(wanted)) {
        expect(ordered.get(path)?.filter((name) => names.includes(name))).toEqual(names)
      }
    }),
    { ...runs, numRuns: rounds(2000) },
  )
})
