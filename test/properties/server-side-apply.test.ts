// Server-side apply against a model of a few lines: who owns which field, who is in whose way, and what goes when nobody wants it.
import fc from 'fast-check'
import type { KubeObject } from '../../src/api/types'
import { shell } from '../commands/shell'
import { rounds, seed, tried } from '../torture/tried'

const MANAGERS = ['ann', 'bob', 'cat']
/** Fields of three sorts: of a map, of the metadata, and of items that are told apart by a key. */
const STATED = ['data.a', 'data.b', 'label.c', 'label.d', 'env.E', 'env.F']
/** An item is owned besides its value: who loses the value keeps the item. */
const FIELDS = [...STATED, 'item.E', 'item.F']
type Values = Record<string, string>

interface Model {
  values: Values
  /** Owners of each field; writes by update count as a manager of their own. */
  owners: Record<string, Set<string>>
}

/** Answers who is in the way, once for each field, and changes nothing then. */
function apply(model: Model, who: string, wanted: Values, force: boolean): string[] {
  const owned = (field: string) => (model.owners[field] ??= new Set())
  const others = (field: string) => [...owned(field)].filter((o) => o !== who)
  const inTheWay = (f: string) => (model.values[f] !== undefined && model.values[f] !== wanted[f] ? others(f) : [])
  const conflicts = Object.keys(wanted).flatMap(inTheWay)
  if (conflicts.length > 0 && !force) return conflicts
  for (const field of FIELDS) {
    if (wanted[field] !== undefined) {
      if (model.values[field] !== wanted[field]) model.owners[field] = new Set()
      model.values[field] = wanted[field]
      owned(field).add(who)
    } else if (owned(field).delete(who) && owned(field).size === 0) delete model.values[field]
  }
  return []
}

/** A patch: what it changes is the writer's alone, what it sets to the same value stays as it is. */
function update(model: Model, who: string, changes: Record<string, string | null>): void {
  for (const [field, value] of Object.entries(changes)) {
    if ((model.values[field] ?? null) === value) continue
    model.owners[field] = new Set(value === null ? [] : [who])
    if (value === null) delete model.values[field]
    else model.values[field] = value
  }
}

const part = (fields: Record<string, string | null>, sort: string) =>
  Object.fromEntries(Object.entries(fields).flatMap(([f, v]) => (f.startsWith(`${sort}.`) ? [[f.slice(sort.length + 1), v]] : [])))

/** Without empty maps: stating one is a claim of its own. */
const stated = (maps: Record<string, object>) => Object.fromEntries(Object.entries(maps).filter(([, map]) => Object.keys(map).length > 0))

function manifest(fields: Values): object {
  const env = Object.entries(part(fields, 'env')).map(([name, value]) => ({ name, value }))
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x', ...stated({ labels: part(fields, 'label'), annotations: part(fields, 'data') }) },
    spec: {
      selector: { matchLabels: { app: 'x' } },
      template: {
        metadata: { labels: { app: 'x' } },
        spec: { containers: [{ name: 'c', image: 'nginx', ...(env.length > 0 ? { env } : {}) }] },
      },
    },
  }
}

interface Deployment extends KubeObject {
  spec: { template: { spec: { containers: { env?: { name: string; value?: string }[] }[] } } }
}

function valuesOf({ metadata, spec }: Deployment): Values {
  const env = spec.template.spec.containers[0].env ?? []
  const named = (sort: string, pairs: [string, string][]) => pairs.map(([name, value]) => [`${sort}.${name}`, value])
  const isOurs = ([field]: string[]) => FIELDS.includes(field)
  return Object.fromEntries(
    [
      ...named('data', Object.entries(metadata.annotations ?? {})),
      ...named('label', Object.entries(metadata.labels ?? {})),
      ...named(
        'env',
        env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
      ),
      ...named(
        'item',
        env.map(({ name }) => [name, name]),
      ),
    ].filter(isOurs),
  )
}

/** The owners that metadata.managedFields names, by field. */
function ownersOf({ metadata }: Deployment): Record<string, string[]> {
  const owners: Record<string, string[]> = {}
  for (const { manager, operation, subresource, fieldsV1 } of metadata.managedFields ?? []) {
    if (subresource) continue
    const text = (fieldsV1 ?? {}) as Record<string, Record<string, unknown>>
    const at = (...path: string[]) => path.reduce<Record<string, unknown> | undefined>((o, step) => o?.[step] as typeof o, text)
    const env = at('f:spec', 'f:template', 'f:spec', 'f:containers', 'k:{"name":"c"}', 'f:env')
    const items = (field: string) =>
      Object.fromEntries(
        Object.entries(env ?? {}).flatMap(([item, owned]) =>
          Object.hasOwn(owned as object, field) ? [[`f:${/"name":"(.*)"/.exec(item)?.[1]}`, {}]] : [],
        ),
      )
    const places: [string, Record<string, unknown> | undefined][] = [
      ['data', at('f:metadata', 'f:annotations')],
      ['label', at('f:metadata', 'f:labels')],
      ['env', items('f:value')],
      ['item', items('f:name')],
    ]
    for (const field of FIELDS) {
      const [sort, name] = field.split('.')
      const place = places.find(([s]) => s === sort)?.[1]
      if (place && Object.hasOwn(place, `f:${name}`))
        owners[field] = [...(owners[field] ?? []), operation === 'Apply' ? manager : `${manager}!`].sort()
    }
  }
  return owners
}

const value = fc.constantFrom('1', '2')
const step = fc.oneof(
  fc.record({
    who: fc.constantFrom(...MANAGERS),
    wanted: fc.dictionary(fc.constantFrom(...STATED), value) as fc.Arbitrary<Values>,
    force: fc.boolean(),
  }),
  fc.record({
    changes: fc.dictionary(fc.constantFrom('data.a', 'data.b', 'label.c', 'label.d'), fc.option(value)) as fc.Arbitrary<
      Record<string, string | null>
    >,
  }),
)

test('appliers and updaters in any order', async () => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (script) => {
      const box = shell()
      const model: Model = { values: {}, owners: {} }
      try {
        // One manager owns what every one must state, so that nobody's leaving takes it away; and an entry of each map: who patches one into
        // being owns the map as well, which this model does not know.
        box.write('x.json', JSON.stringify(manifest({ 'label.kept': '1', 'data.kept': '1' })))
        await box.kubectl('apply --server-side --field-manager=base -f x.json')
        for (const one of script) {
          if ('wanted' in one) {
            box.write('x.json', JSON.stringify(manifest(one.wanted)))
            const items = Object.keys(part(one.wanted, 'env')).map((name) => [`item.${name}`, name])
            const conflicts = apply(model, one.who, { ...one.wanted, ...Object.fromEntries(items) }, one.force)
            const answer = await box.kubectl(
              `apply --server-side --field-manager=${one.who} -f x.json${one.force ? ' --force-conflicts' : ''}`,
            )
            if (conflicts.length > 0) expect(answer).toContain(`Apply failed with ${conflicts.length} conflict`)
            else expect(answer).toBe('deployment.apps/x serverside-applied\n')
          } else {
            const patch = { metadata: { annotations: part(one.changes, 'data'), labels: part(one.changes, 'label') } }
            update(model, 'dan!', one.changes)
            box.write('patch', JSON.stringify(patch))
            expect(await box.kubectl('patch deployment x --type=merge --field-manager=dan --patch-file=patch')).toContain('patched')
          }
          const live: Deployment = JSON.parse(await box.kubectl('get deployment x -o json --show-managed-fields'))
          const owners = Object.entries(model.owners).filter(([f, o]) => o.size > 0 && model.values[f] !== undefined)
          expect({ values: valuesOf(live), owners: ownersOf(live) }).toEqual({
            values: model.values,
            owners: Object.fromEntries(owners.map(([field, who]) => [field, [...who].sort()])),
          })
          steps++
        }
      } finally {
        box.remove()
      }
    }),
    { seed, numRuns: rounds(200) },
  )
  tried('a server-side apply against a model', steps)
}, 600_000)
