// Every kind is listed under the resource it says it is of.
import { kindOf } from '../../src/kinds'
import { builtinResources } from '../../src/schema/resources'

test.each([...new Set(builtinResources().map((r) => r.resource)), 'events.events.k8s.io'])('%s', (resource) => {
  expect(kindOf(resource)?.resource ?? resource).toBe(resource)
})

test('names of objects are no kinds', () => {
  expect([kindOf('constructor'), kindOf('toString')]).toEqual([undefined, undefined])
})
