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

const SPENT = /'operation cancelled: actual cost limit exceeded'/
const over = (times: number, step: string) => step.repeat(times)

test.each<[string, string, RegExp]>([
  ['brackets in brackets', `${'('.repeat(10_000)}true${')'.repeat(10_000)}`, /<input>:-1:0: expression recursion limit exceeded: 250\n/],
  ['lists in lists', `${'['.repeat(5000)}${']'.repeat(5000)} == []`, /<input>:-1:0: expression recursion limit exceeded: 250\n/],
  ['a sum of thousands', `${'1+'.repeat(20_000)}1 > 0`, /<input>:-1:0: max recursion depth exceeded\n/],
  ['a path of thousands', `has(self${'.a'.repeat(20_000)})`, /<input>:-1:0: max recursion depth exceeded\n/],
  [
    'a text of 100,000',
    `'${'x'.repeat(100_000)}' == ''`,
    /<input>:-1:0: expression code point size exceeds limit: size: 100008, limit 100000\n/,
  ],
  ['twenty thousand times not', `${'!'.repeat(20_000)}true`, /^x\.e\.io\/x created\n$/],
  ['thousands of conditions', `${'true&&'.repeat(5000)}true`, /^x\.e\.io\/x created\n$/],
  ['a character there is none of', `'\\U00110000' == ''`, /<input>:1:1: invalid unicode code point\n/],
  ['texts that double', `['xxxxxxxxxx']${over(12, '.map(a, a+a+a+a+a+a+a+a)')}.size() > 0`, SPENT],
  ['lists that double', `[[1,1,1,1,1,1,1,1]]${over(10, '.map(a, a+a+a+a+a+a+a+a)')}.size() > 0`, SPENT],
  ['lists compared that hold one another', `[[1]]${over(30, '.map(a, [a,a])')}.all(a, a == a)`, SPENT],
  ['replacements that grow', `[self.s]${over(12, `.map(a, a.replace('a','aaaaaaaaaa'))`)}.size() > 0`, SPENT],
  ['digits without end', `'%.999999999f'.format([1.0]) == ''`, SPENT],
  ['a whole number of what is none', `int(self.n) == 1`, /integer overflow/],
  ['a sum beyond whole numbers', `[9223372036854775807, 1].sum() > 0`, /integer overflow/],
  ['a time beyond times', `string(timestamp('9999-12-31T23:59:59Z') + duration('2000000h')) == ''`, /timestamp overflow/],
  ['an address that is none', `url('nothing').getHost() == ''`, /URL parse error during conversion from string: parse "nothing"/],
  ['a pattern that is none', `self.s.matches(self.s + '(')`, /error parsing regexp: missing closing \)/],
  ['a value of another type', `bytes(dyn(1)) == b"x"`, /no such overload/],
])(
  'a rule of %s',
  async (_what, text, says) => {
    const spec = rule(text, { s: { type: 'string', maxLength: 100 }, n: { type: 'number' } })
    box.write('definition.json', JSON.stringify(definition(spec)))
    box.write(
      'x.json',
      JSON.stringify({ apiVersion: 'e.io/v1', kind: 'X', metadata: { name: 'x' }, spec: { s: 'a'.repeat(90), n: 1e300 } }),
    )
    const defined = await box.kubectl('create -f definition.json')
    const answer = / created\n$/.test(defined) ? await box.kubectl('create -f x.json') : defined
    expect(answer).toMatch(says)
    expect(answer).not.toContain('failed unexpectedly')
    tried('an expression made to hurt', 1)
  },
  60_000,
)

test('the key of a list is no name that every object has', async () => {
  const items = { type: 'object', properties: { a: { type: 'string' } } }
  const list = { type: 'array', items, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['constructor'] }
  box.write('definition.json', JSON.stringify(definition({ type: 'object', properties: { list } })))
  expect(await box.kubectl('create -f definition.json')).toContain('entries must all be names of item properties')
  tried('an expression made to hurt', 1)
})
