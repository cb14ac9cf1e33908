// Field ownership: what create and update make of managedFields, server-side apply, conflicts and pruning.

import type { ManagedFieldsEntry } from '../../src/api/types'
import { applyPatch, updateManagers, type Writer } from '../../src/apiserver/managed-fields'
import type { JsonObject } from '../../src/lib/patch/value'
import { customShape } from '../../src/schema/custom-shape'
import { shapeOf } from '../../src/schema/shape'

const configMap = shapeOf('v1', 'ConfigMap')!
const deployment = shapeOf('apps/v1', 'Deployment')!
const at = (second: number) => `2026-01-01T00:00:0${second}Z`
const writer = (manager: string, second = 0, more: Partial<Writer> = {}): Writer => ({
  manager,
  apiVersion: 'v1',
  time: at(second),
  ...more,
})

function cm(data: JsonObject | undefined, managedFields?: ManagedFieldsEntry[]): JsonObject {
  const metadata = { name: 'c', ...(managedFields ? { managedFields: managedFields as unknown as JsonObject[] } : {}) }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, ...(data ? { data } : {}) }
}

function owned(entries: ManagedFieldsEntry[] | undefined): Record<string, unknown> {
  return Object.fromEntries((entries ?? []).map((e) => [`${e.manager} ${e.operation}`, e.fieldsV1]))
}

test('a create owns the fields it set, a list item with its key', () => {
  const next: JsonObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', labels: { a: '1' } },
    spec: { selector: { matchLabels: { a: '1' } }, template: { spec: { containers: [{ name: 'x', image: 'i' }] } } },
    status: {},
  }
  const empty = { metadata: {}, spec: { template: { spec: { containers: null } } }, status: {} }
  expect(owned(updateManagers(empty, next, deployment, writer('m', 0, { resetFields: ['status'] }), true))).toEqual({
    'm Update': {
      'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } },
      'f:spec': {
        'f:selector': {},
        'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"x"}': { '.': {}, 'f:image': {}, 'f:name': {} } } } },
      },
    },
  })
})

test('an update takes what it changed from others, and what it removed from all', () => {
  const created = updateManagers({}, cm({ a: '1', b: '1', c: '1' }), configMap, writer('first'), true)
  const entries = updateManagers(cm({ a: '1', b: '1', c: '1' }, created), cm({ a: '2', c: '1', d: '1' }), configMap, writer('second', 1))
  expect(owned(entries)).toEqual({
    'first Update': { 'f:data': { '.': {}, 'f:c': {} } },
    'second Update': { 'f:data': { 'f:a': {}, 'f:d': {} } },
  })
  expect(entries?.map((e) => e.time)).toEqual([at(0), at(1)])
})

test('a write that changes nothing leaves owners and times alone', () => {
  const created = updateManagers({}, cm({ a: '1' }), configMap, writer('first'), true)
  expect(updateManagers(cm({ a: '1' }, created), cm({ a: '1' }), configMap, writer('second', 1))).toEqual(created)
})

test('eleven updaters become ten', () => {
  let live = cm({}, updateManagers({}, cm({ k0: '0' }), configMap, writer('m0'), true))
  let data: JsonObject = { k0: '0' }
  for (let i = 1; i <= 11; i++) {
    const next = { ...data, [`k${i}`]: '1' }
    const entries = updateManagers({ ...live, data }, cm(next), configMap, { ...writer(`m${i}`), time: `2026-01-01T00:01:${10 + i}Z` })
    live = cm(next, entries)
    data = next
  }
  const managers = ((live.metadata as JsonObject).managedFields as unknown as ManagedFieldsEntry[]).map((e) => e.manager)
  expect(managers).toHaveLength(10)
  expect(managers).toContain('ancient-changes')
})

test('an empty list of managed fields stops the tracking', () => {
  const created = updateManagers({}, cm({ a: '1' }), configMap, writer('first'), true)
  expect(updateManagers(cm({ a: '1' }, created), cm({ a: '1' }, []), configMap, writer('second'))).toBeUndefined()
})

describe('server-side apply', () => {
  const first = applyPatch({ metadata: {} }, cm({ x: '1', y: '1' }), configMap, writer('kubectl'), { creating: true })
  const stored = { ...first.object, metadata: { name: 'c', managedFields: first.managedFields as unknown as JsonObject[] } }

  test('owns exactly what it states', () => {
    expect(first.object.data).toEqual({ x: '1', y: '1' })
    expect(owned(first.managedFields)).toEqual({ 'kubectl Apply': { 'f:data': { 'f:x': {}, 'f:y': {} } } })
  })

  test('another value for an owned field is a conflict', () => {
    const apply = () => applyPatch(stored, cm({ x: '2', z: '2' }), configMap, writer('other', 1))
    expect(apply).toThrow('Apply failed with 1 conflict: conflict with "kubectl": .data.x')
  })

  test('several conflicts are listed by manager', () => {
    const apply = () => applyPatch(stored, cm({ x: '2', y: '2' }), configMap, writer('other', 1))
    expect(apply).toThrow('Apply failed with 2 conflicts: conflicts with "kubectl":\n- .data.x\n- .data.y')
  })

  test('the same value is shared, and stays until its last owner lets go', () => {
    const shared = applyPatch(stored, cm({ x: '1' }), configMap, writer('other', 1))
    const after = { ...shared.object, metadata: { name: 'c', managedFields: shared.managedFields as unknown as JsonObject[] } }
    const left = applyPatch(after, cm({}), configMap, writer('kubectl', 2))
    expect(left.object.data).toEqual({ x: '1' })
    const last = { ...left.object, metadata: { name: 'c', managedFields: left.managedFields as unknown as JsonObject[] } }
    expect(applyPatch(last, cm(undefined), configMap, writer('other', 3)).object.data).toBeNull()
  })

  test('force takes the field over', () => {
    const forced = applyPatch(stored, cm({ x: '2', z: '2' }), configMap, writer('other', 1), { force: true })
    expect(forced.object.data).toEqual({ x: '2', y: '1', z: '2' })
    expect(owned(forced.managedFields)).toEqual({
      'kubectl Apply': { 'f:data': { 'f:y': {} } },
      'other Apply': { 'f:data': { 'f:x': {}, 'f:z': {} } },
    })
  })

  test('a conflict with an updater names its version and its subresource', () => {
    const live = { metadata: { name: 'd' }, spec: { replicas: 1 } }
    const entries = updateManagers({}, live, deployment, writer('kubectl-scale', 0, { apiVersion: 'apps/v1', subresource: 'scale' }), true)
    const config = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' }, spec: { replicas: 2 } }
    const object = { ...live, metadata: { name: 'd', managedFields: entries as unknown as JsonObject[] } }
    expect(() => applyPatch(object, config, deployment, writer('me', 1))).toThrow(
      'Apply failed with 1 conflict: conflict with "kubectl-scale" with subresource "scale" using apps/v1: .spec.replicas',
    )
  })

  test('kubectl may overrule its own client-side apply', () => {
    const annotation = JSON.stringify(cm({ x: '1' }))
    const metadata = { name: 'c', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': annotation } }
    const entries = updateManagers({}, { ...cm({ x: '1' }), metadata }, configMap, writer('kubectl-client-side-apply'), true)
    const live = { ...cm({ x: '1' }), metadata: { ...metadata, managedFields: entries as unknown as JsonObject[] } }
    expect(() => applyPatch(live, cm({ x: '2' }), configMap, writer('somebody'))).toThrow(
      'conflict with "kubectl-client-side-apply" using v1: .data.x',
    )
    const { object } = applyPatch(live, cm({ x: '2' }), configMap, writer('kubectl'))
    expect(object.data).toEqual({ x: '2' })
    const synced = (object.metadata as { annotations: Record<string, string> }).annotations[
      'kubectl.kubernetes.io/last-applied-configuration'
    ]
    expect(synced).toBe('{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"c"}}\n')
  })

  test('keyed lists merge in the applied order and drop the items no longer applied', () => {
    const spec = (...names: string[]) => ({ template: { spec: { containers: names.map((name) => ({ name, image: 'i' })) } } })
    const config = (...names: string[]): JsonObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: spec(...names),
    })
    const one = applyPatch({ metadata: {} }, config('a', 'b'), deployment, writer('me'), { creating: true })
    const live = { ...config('a', 'b', 'theirs'), metadata: { name: 'd', managedFields: one.managedFields as unknown as JsonObject[] } }
    const two = applyPatch(live, config('c', 'a'), deployment, writer('me', 1))
    expect(two.object.spec).toEqual(spec('c', 'a', 'theirs'))
  })

  test.each<[string, JsonObject, string]>([
    [
      'an unknown field',
      { ...cm({}), nope: 1 },
      'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .nope: field not declared in schema',
    ],
    [
      'a wrong type',
      { ...cm({}), data: 'x' },
      'failed to create typed patch object (/c; /v1, Kind=ConfigMap): .data: expected map, got &{x}',
    ],
    ['managed fields', cm({}, []), 'metadata.managedFields must be nil'],
  ])('%s is refused', (_name, config, message) => {
    expect(() => applyPatch(stored, config, configMap, writer('me'))).toThrow(new Error(message))
  })

  test('a custom resource follows the list types of its CRD', () => {
    const shape = customShape({
      type: 'object',
      properties: {
        spec: { type: 'object', properties: { tags: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' } } },
      },
    })
    const config = (...tags: string[]): JsonObject => ({ apiVersion: 'v1', kind: 'X', metadata: { name: 'c' }, spec: { tags } })
    const one = applyPatch({ metadata: {} }, config('a'), shape, writer('one'), { creating: true })
    const live = { ...one.object, metadata: { name: 'c', managedFields: one.managedFields as unknown as JsonObject[] } }
    const two = applyPatch(live, config('b'), shape, writer('two', 1))
    expect(two.object.spec).toEqual({ tags: ['a', 'b'] })
    expect(owned(two.managedFields)).toEqual({
      'one Apply': { 'f:spec': { 'f:tags': { 'v:"a"': {} } } },
      'two Apply': { 'f:spec': { 'f:tags': { 'v:"b"': {} } } },
    })
  })
})
