// A cluster filled in from the template is the one that its controllers would have brought up, whatever its time and chance.
import { Cluster } from '../../src/cluster'
import { makeEnv, seededRandom } from '../../src/env'
import { bringUp } from '../../src/fresh/bring-up'
import { makeTemplate } from '../../src/fresh/make'
import { fill, type Template } from '../../src/fresh/template'
import type { Bytes } from '../../src/store/bytes'
import { emptyState } from '../../src/store/fresh-state'
import type { State } from '../../src/store/state'

const NODES = 2
let template: Template
beforeAll(() => {
  template = makeTemplate(NODES)
})

function textOf(cluster: Cluster): string {
  cluster.writeDown()
  const { state } = cluster
  state.header.nextDue = cluster.nextDue()
  return Buffer.concat(state.serialise().map((part) => (part instanceof Uint8Array ? part : sliceOf(part)))).toString()
}

function sliceOf({ bytes, from, to }: { bytes: Bytes; from: number; to: number }): Buffer {
  return bytes.slice(from, to)
}

function upAt(time: string, seed: number, make: (state: State, env: ReturnType<typeof makeEnv>) => Cluster): Cluster {
  const at = Date.parse(time)
  const state = emptyState({ clockOffset: 0, playedUntil: at, resourceVersion: 0, random: seed })
  return make(state, makeEnv(at, seededRandom(seed).next))
}

const byHeart = (time: string, seed: number) => upAt(time, seed, (state, env) => new Cluster(fill(template, state.header, env), env))
const theLongWay = (time: string, seed: number) => upAt(time, seed, (state, env) => bringUp(NODES, state, env))

test.each([
  ['a second that is over soon', '2026-12-31T23:59:59.999Z', 1],
  ['a whole second', '2000-02-29T00:00:00.000Z', 2],
  ['before 2001, when milliseconds had a digit less', '1999-01-01T12:34:56.007Z', 3],
  ['another seed', '2026-12-31T23:59:59.999Z', 4],
])('the same bytes: %s', (_, time, seed) => {
  expect(textOf(byHeart(time, seed))).toBe(textOf(theLongWay(time, seed)))
})

test('the same afterwards, too', () => {
  const time = '2026-11-24T10:00:00.500Z'
  const until = Date.parse(time) + 3_700_000
  const [a, b] = [byHeart(time, 5), theLongWay(time, 5)]
  for (const cluster of [a, b]) cluster.playUntil(until)
  expect(textOf(a)).toBe(textOf(b))
})

test('it is to be saved although nothing was written in it', () => {
  expect(byHeart('2026-11-24T10:00:00Z', 6).state.changed).toBe(true)
})
