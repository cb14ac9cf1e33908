// Makes the template of a fresh cluster when kubesim is built: brings one up, and puts a blank wherever its time or what it drew stands.
import type { Env } from '../api/contracts'
import { makeEnv, seededRandom } from '../env'
import { emptyState } from '../store/fresh-state'
import type { Header } from '../store/layout'
import type { State } from '../store/state'
import { bringUp } from './bring-up'
import { FILLED, fill, MARK, type Template } from './template'

/** When the template's cluster comes up; no other time in it is near, ms. */
const AT = Date.parse('2001-02-03T04:05:06.789Z')
const SECOND = Math.floor(AT / 1000) * 1000
const NEAR = 86_400_000

/** What may be a blank. */
const VARIES = new RegExp(
  [
    '(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{6})?Z)',
    // In logs a letter follows.
    '(?<ms>\\b\\d{12}(?=[oe]|\\b))',
    '(?<nano>\\b[0-9a-f]{13,16}\\b)',
    '\\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\\b',
    '\\b[0-9a-f]{64}\\b',
    '(?<=-)[bcdfghjklmnpqrstvwxz2456789]{5}\\b',
  ].join('|'),
  'g',
)

/** The template of clusters of so many nodes. Throws when a cluster of another time and chance is not what filling it in gives. */
export function makeTemplate(nodes: number): Template {
  const draws: number[] = []
  const { header, lines } = upAndRunning(nodes, AT, 1, draws)
  const made = new Map<string, string>()
  for (let from = 0; from < draws.length; from++) {
    for (const kind of ['u', 'c', 's']) {
      let at = from
      const chance = { random: () => draws[at++] ?? 0 } as Env
      made.set(
        FILLED[kind](from, AT, () => chance),
        kind + from,
      )
    }
  }
  const blanked = (text: string) =>
    text.replace(VARIES, (found, ...rest) => {
      const name = timeBlank(found, rest.at(-1)) ?? made.get(found)
      return name === undefined ? found : MARK + name + MARK
    })
  const template: Template = {
    nodes,
    draws: draws.length,
    header: blanked(JSON.stringify(header)),
    entries: lines.map(([key, value]) => [blanked(key), blanked(value)]),
  }
  prove(template)
  return template
}

type Lines = [key: string, value: string][]

/** The state of a fresh cluster: its header and its lines. `draws` takes what was drawn. */
function upAndRunning(nodes: number, at: number, seed: number, draws: number[]): { header: Header; lines: Lines } {
  const source = seededRandom(seed)
  const env = makeEnv(at, () => {
    const draw = source.next()
    draws.push(draw)
    return draw
  })
  env.secret = () => {
    throw new Error('a fresh cluster draws a secret, which no template may hold')
  }
  const cluster = bringUp(nodes, emptyState({ clockOffset: 0, playedUntil: at, resourceVersion: 0 }), env)
  cluster.writeDown()
  const { state } = cluster
  state.header.nextDue = cluster.nextDue()
  return { header: state.header, lines: linesOf(state) }
}

function linesOf(state: State): Lines {
  const pieces = state.serialise().map((part) => (part instanceof Uint8Array ? part : part.bytes.slice(part.from, part.to)))
  const text = Buffer.concat(pieces).toString()
  return [...text.matchAll(/^"([^"]+)":[ \t]*(.*?),?$/gm)].map(([, key, value]) => [key, value])
}

function timeBlank(found: string, { time, ms, nano }: Record<string, string | undefined>): string | undefined {
  if (ms) return isNear(Number(ms)) ? (Number(ms) % 1000 === 0 ? `f${Number(ms) - SECOND}` : `d${Number(ms) - AT}`) : undefined
  if (nano) {
    const version = BigInt(`0x${nano}`) - BigInt(AT) * 1_000_000n
    return version >= 0n && version < 1_000_000n ? `e${version}` : undefined
  }
  if (!time) return undefined
  const isMicro = found.includes('.')
  const at = Date.parse(found)
  return isNear(at) ? (isMicro ? `m${at - AT}` : `t${at - SECOND}`) : undefined
}

function isNear(ms: number): boolean {
  return Math.abs(ms - AT) < NEAR
}

/** Fills it in for another time and chance, and compares. */
function prove(template: Template): void {
  const at = Date.parse('2026-11-27T23:59:59.987Z')
  const { header, lines } = upAndRunning(template.nodes, at, 2, [])
  const env = makeEnv(at, seededRandom(2).next)
  const filled = fill(template, emptyState({ clockOffset: 0, playedUntil: at, resourceVersion: 0 }).header, env)
  const got = linesOf(filled)
  const wrong = lines.find(([key, value], i) => got[i]?.[0] !== key || got[i][1] !== value)
  if (wrong) throw new Error(`the template of a fresh cluster is wrong at ${wrong.join(': ')}`)
  if (got.length !== lines.length || JSON.stringify(filled.header) !== JSON.stringify(header))
    throw new Error('the template of a fresh cluster is wrong')
}
