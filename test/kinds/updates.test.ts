// Changes that a v1.37 API server refuses, and all that it has against each: fixtures/updates*.json hold objects and merge patches of them.
import type { KubeObject } from '../../src/api/types'
import { ApiError } from '../../src/errors'
import workloads from '../fixtures/updates.json'
import others from '../fixtures/updates-others.json'
import { TestServer } from './server'

type Json = { [key: string]: unknown }

interface Fixture {
  bases: Record<string, Json>
  changes: [target: string, change: Json, causes: string[]][]
}

const server = new TestServer()

/** RFC 7396. */
function merged(target: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change
  const out: Json = { ...(typeof target === 'object' && !Array.isArray(target) ? (target as Json) : {}) }
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete out[key]
    else out[key] = merged(out[key], value)
  }
  return out
}

/** `job/status`: what is changed, through which subresource. A difference that a message shows behind its first line is left out. */
function causesOf(base: KubeObject, subresource: string | undefined, change: Json): string[] {
  const object = merged(structuredClone(base), change) as KubeObject
  try {
    server.server.update(object, { manager: 'test', dryRun: true, patch: true, ...(subresource ? { subresource } : {}) })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return (error.details.causes ?? []).map(({ field, message }) => `${field}: ${message.split('\n')[0]}`)
  }
  return []
}

describe.each([
  ['workloads', workloads],
  ['others', others],
])('%s', (_name, fixture) => {
  const { bases, changes } = fixture as unknown as Fixture
  const made = new Map(Object.entries(bases).map(([id, base]) => [id, server.make(JSON.stringify(base))]))
  test.each(changes.map(([target, change, causes], i) => ({ name: `${i} ${target}`, target, change, causes })))(
    '$name',
    ({ target, change, causes }) => {
      const [id, subresource] = target.split('/')
      expect(causesOf(made.get(id) as KubeObject, subresource, change)).toEqual(causes)
    },
  )
})
