// Nulls of custom resources, as v1.37 stores them.
import { applyDefaults, type JsonSchema, pruneNulls } from '../../src/schema/custom'

const schema = {
  type: 'object',
  properties: {
    tags: { type: 'array', items: { type: 'string' } },
    mode: { type: 'string', default: 'a' },
    free: { type: 'string', nullable: true },
    map: { type: 'object', additionalProperties: { type: 'string' } },
  },
} as JsonSchema

test.each([
  { name: 'one that may not be goes', given: { tags: null }, stored: { mode: 'a' } },
  { name: 'one with a default is given it', given: { mode: null }, stored: { mode: 'a' } },
  { name: 'one that may be stays', given: { free: null }, stored: { free: null, mode: 'a' } },
  { name: 'values of a map go, too', given: { map: { k: null, l: 'x' } }, stored: { map: { l: 'x' }, mode: 'a' } },
])('$name', ({ given, stored }) => {
  const value = structuredClone(given)
  pruneNulls(value, schema)
  applyDefaults(value, schema)
  expect(value).toEqual(stored)
})
