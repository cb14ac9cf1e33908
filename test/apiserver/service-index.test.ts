// The index of Services by their selectors answers what a look at every Service would, also for a state that came without it.
import fc from 'fast-check'
import type { Service, StringMap } from '../../src/api/types'
import { noteSelector, servicesSelecting } from '../../src/apiserver/service-index'
import { emptyState } from '../../src/store/fresh-state'
import type { State } from '../../src/store/state'
import { servicesAmong } from '../services-among'

const names = ['a', 'b', 'c', 'd']
const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'example.com/of'), fc.constantFrom('x', 'y', 'x/y', ''), { maxKeys: 3 })
const step = fc.record({ name: fc.constantFrom(...names), selector: fc.option(labels, { nil: undefined }), gone: fc.boolean() })

const serviceOf = (name: string, selector: StringMap | undefined) =>
  ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'one' }, spec: { selector } }) as unknown as Service

function all(state: State): Service[] {
  return state.keys('services/').map((key) => state.get(key) as Service)
}

test.each([
  ['noted from the first Service on', 0],
  ['a state whose first Services were not noted', 5],
])('%s', (_, unnoted) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), labels, (steps, wanted) => {
      const state = emptyState({ clockOffset: 0, playedUntil: 0, resourceVersion: 0 })
      for (const [i, { name, selector, gone }] of steps.entries()) {
        const key = `services/one/${name}`
        const before = state.get(key) as Service | undefined
        const after = gone ? undefined : serviceOf(name, selector)
        state.set(key, after)
        if (i >= unnoted) noteSelector(state, before, after)
        if (i > unnoted) expect(servicesSelecting(state, 'one', wanted)).toEqual(servicesAmong(all(state), wanted))
      }
      expect(servicesSelecting(state, 'one', wanted)).toEqual(servicesAmong(all(state), wanted))
      expect(servicesSelecting(state, 'other', wanted)).toEqual([])
    }),
  )
})
