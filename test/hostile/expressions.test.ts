// Expressions that a stranger's definition brings: patterns that backtrack and rules that count for ever end with a refusal, in bounds that
// hold for all of an object together.
import { type Shell, shell } from '../commands/shell'
import { tried } from '../torture/tried'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

const definition = (spec: object) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'xs.e.io' },
  spec: {
    group: 'e.io',
    scope: 'Namespaced',
    names: { plural: 'xs', singular: 'x', kind: 'X' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
  },
})

// As much as the estimate lets through.
const list = { type: 'array', items: { type: 'integer' }, maxItems: 90 }
const numbers = Array.from({ length: 90 }, (_, i) => i)
const rule = (text: string, properties: object) => ({ type: 'object', properties, 'x-kubernetes-validations': [{ rule: text }] })
const OVER = /is invalid: spec: Invalid value: .*'operation cancelled: actual cost limit exceeded': no further validation rules will be run/
const bad = `${'a'.repeat(40)}!`

test.each<[string, object, object, RegExp]>([
  ['a rule that counts for ever', rule('self.l.all(a, self.l.all(b, self.l.all(c, a + b + c >= 0)))', { l: list }), { l: numbers }, OVER],
  ['one that forgets errors', rule('self.l.exists(a, self.l.exists(b, self.l.exists(c, a / 0 == b)))', { l: list }), { l: numbers }, OVER],
  ['one with a pattern that backtracks', rule("self.s.matches('^(a+)+$')", { s: { type: 'string' } }), { s: bad }, OVER],
  ['one that finds all of it', rule("self.s.findAll('(a+)+$').size() > 0", { s: { type: 'string' } }), { s: bad }, OVER],
  [
    'a pattern that backtracks, for many texts',
    { type: 'object', properties: { l: { type: 'array', items: { type: 'string', pattern: '^(a+)+$' } } } },
    { l: Array.from({ length: 100 }, () => bad) },
    /created|is invalid/,
  ],
])(
  '%s',
  async (_name, spec, object, refusal) => {
    box.write('definition.json', JSON.stringify(definition(spec)))
    box.write('x.json', JSON.stringify({ apiVersion: 'e.io/v1', kind: 'X', metadata: { name: 'x' }, spec: object }))
    expect(await box.kubectl('create -f definition.json')).toMatch(/ created\n$/)
    const answer = await box.kubectl('create -f x.json')
    expect(answer).toMatch(refusal)
    expect(answer).not.toContain('failed unexpectedly')
    tried('an expression made to hurt', 1)
  },
  60_000,
)

test('a rule that could count for ever is refused with its definition', async () => {
  const spec = rule('self.l.all(a, self.l.all(b, a + b >= 0))', { l: { type: 'array', items: { type: 'integer' } } })
  box.write('definition.json', JSON.stringify(definition(spec)))
  expect(await box.kubectl('create -f definition.json')).toContain('estimated rule cost exceeds budget by factor of more than 100x')
  tried('an expression made to hurt', 1)
})
