// What users rely on without a thought: writing back what was read changes nothing, and applying the same again neither. For every kind.
import fc from 'fast-check'
import type { KubeObject } from '../../src/api/types'
import { builtinResources } from '../../src/schema/resources'
import { mended, objectOf } from '../kinds/generated'
import { type LeastManifest, leastManifests, NOT_GENERATED } from '../kinds/least-manifests'
import { TestServer } from '../kinds/server'
import { type Shell, shell } from './shell'

/** Each is some 60 objects, written several times. */
const RUNS = 2
/** Limits would refuse the others. */
const APART = ['LimitRange', 'ResourceQuota']

type Fields = Record<string, unknown>

jest.setTimeout(120_000)

const judge = new TestServer()

/** One object of every kind, each as the server takes it. */
const objects: fc.Arbitrary<Fields[]> = fc.tuple(...leastManifests().map(valid)) as fc.Arbitrary<Fields[]>

/** Creates and takes away again: a dry run gives out no ports, so that it asks less of them. */
function tryToCreate(object: KubeObject): KubeObject {
  const { server } = judge
  const made = server.create(object, { manager: 'test' })
  server.storage.remove(server.resourceOf(object).resource, made)
  return made
}

function valid(least: LeastManifest): fc.Arbitrary<Fields> {
  return objectOf(least).map((made) => {
    const object = mended(made, least.object, tryToCreate)
    delete (object.metadata as Fields).uid
    if (APART.includes(least.kind)) Object.assign(object.metadata as Fields, { namespace: 'limited' })
    return object
  })
}

let box: Shell | undefined
afterEach(() => {
  box?.remove()
  box = undefined
})

async function fresh(made: Fields[]): Promise<void> {
  box?.remove()
  box = shell()
  await kubectl('create namespace limited')
  write('all.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: made }))
}

/** What the command printed, without its warnings. */
async function kubectl(line: string): Promise<string> {
  if (!box) throw new Error('no cluster')
  return (await box.kubectl(line)).replace(/^Warning: .*\n/gm, '')
}

function write(name: string, text: string): void {
  box?.write(name, text)
}

/** Everything that is stored of the objects, their managed fields too. */
function stored(): Promise<string> {
  return kubectl('get -f all.json -o json --show-managed-fields')
}

/** The objects without what an apply leaves behind in their metadata. */
async function content(): Promise<string> {
  const { items } = JSON.parse(await kubectl('get -f all.json -o json')) as { items: KubeObject[] }
  for (const { kind, metadata, status } of items) {
    delete metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration']
    if (!Object.keys(metadata.annotations ?? {}).length) delete metadata.annotations
    metadata.resourceVersion = ''
    // An annotation more is another generation of a Deployment, and of nothing else.
    if (kind === 'Deployment') delete metadata.generation
    if (kind === 'Deployment') delete (status as { observedGeneration?: number } | undefined)?.observedGeneration
  }
  return JSON.stringify(items, undefined, 1)
}

/** What the command said of each object: its last word. Fails when it said anything else. */
async function lastWords(line: string): Promise<string[]> {
  const said = (await kubectl(line)).trimEnd().split('\n')
  expect(said.filter((l) => !/^[a-z.0-9]+\/\S+ [a-z-]+$/.test(l))).toEqual([])
  return said
}

function expectAll(lines: string[], word: string, count: number): void {
  expect(lines.filter((l) => !l.endsWith(` ${word}`))).toEqual([])
  expect(lines).toHaveLength(count)
}

function check(body: (made: Fields[]) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(objects, async (made) => {
    await fresh(made)
    await body(made)
  })
  return fc.assert(property, {
    numRuns: RUNS,
    // Not made smaller, nor shown whole: the failure names the kind.
    endOnFailure: true,
    asyncReporter: async ({ failed, seed, counterexamplePath, errorInstance }) => {
      if (failed) throw new Error(`seed: ${seed}, path: ${JSON.stringify(counterexamplePath)}\n${(errorInstance as Error).message}`)
    },
  })
}

test('every kind that can be created and changed is made up', () => {
  const known = leastManifests().map(({ kind }) => kind)
  const wanted = builtinResources().filter((r) => r.verbs.includes('create') && r.verbs.includes('update'))
  expect([...new Set(wanted.map((r) => r.kind))].filter((kind) => !known.includes(kind)).sort()).toEqual(NOT_GENERATED)
})

test('replacing every object by what get printed changes nothing', () =>
  check(async (made) => {
    expectAll(await lastWords('create -f all.json'), 'created', made.length)
    const before = await stored()
    for (const flags of ['-o yaml', '-o json --show-managed-fields']) {
      write('got', await kubectl(`get -f all.json ${flags}`))
      expectAll(await lastWords('replace -f got'), 'replaced', made.length)
      expect(await stored()).toBe(before)
    }
  }))

test('applying every object again says unchanged', () =>
  check(async (made) => {
    expectAll(await lastWords('apply -f all.json'), 'created', made.length)
    const before = await stored()
    // kubectl sends a selector whose patch strategy is to replace it whether it changed or not.
    const lines = (await lastWords('apply -f all.json')).filter((line) => line !== 'poddisruptionbudget.policy/x configured')
    expectAll(lines, 'unchanged', made.length - 1)
    expect(await stored()).toBe(before)
  }))

test('applying what get printed of every object is taken and changes nothing but who applied it', () =>
  check(async (made) => {
    expectAll(await lastWords('create -f all.json'), 'created', made.length)
    const before = await content()
    for (let times = 0; times < 2; times++) {
      write('got.json', await kubectl('get -f all.json -o json'))
      expect(await lastWords('apply -f got.json')).toHaveLength(made.length)
      expect(await content()).toBe(before)
    }
  }))

test('applying every object again on the server changes nothing', () =>
  check(async (made) => {
    // What the server itself added to an object of which nothing was stated has an owner from the second time on.
    for (let times = 0; times < 2; times++) {
      expectAll(await lastWords('apply --server-side -f all.json'), 'serverside-applied', made.length)
    }
    const before = await stored()
    expectAll(await lastWords('apply --server-side -f all.json'), 'serverside-applied', made.length)
    expect(await stored()).toBe(before)
  }))
