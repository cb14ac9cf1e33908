// The type check of expressions and the estimate of what they cost: what a v1.37 API server said of the same ones.
import { checkCel } from '../../../src/lib/cel/check'
import { estimateCost } from '../../../src/lib/cel/cost'
import { BOOL, DYN, INT, listOf, mapOf, STRING, structOf, TIMESTAMP, typeText } from '../../../src/lib/cel/types'

const ports = structOf('selfType1.ports.@idx', new Map([['port', INT]]))
const self = structOf(
  'selfType1',
  new Map([
    ['name', STRING],
    ['replicas', INT],
    ['on', BOOL],
    ['tags', listOf(STRING)],
    ['ports', listOf(ports)],
    ['labels', mapOf(STRING, STRING)],
    ['ios', DYN],
    ['when', TIMESTAMP],
    ['opt', structOf('selfType1.opt', new Map([['x', INT]]))],
  ]),
)
const scope = new Map([['self', self]])

/** `4: what is wrong` for each finding, at its column. */
function complaints(text: string): string[] {
  const checked = checkCel(text, scope)
  if (typeof checked !== 'string') return [typeText(checked.type)]
  return checked.split(/^ERROR: <input>:/m).flatMap((part) => part.match(/^\d+:(.*)/)?.[1] ?? [])
}

const STARTS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

test.each<[string, string[]]>([
  ["self.name == 'x'", ['bool']],
  ['self.ports.map(p, p.port)', ['list(int)']],
  ['self.?opt.x.orValue(3)', ['int']],
  ['self.labels.transformMap(k, v, size(v))', ['map(string, int)']],
  ['self.ios > 3', ['bool']],
  ["'%d %s'.format([1, 'a'])", ['string']],
  ['[?self.?opt.x, ?optional.none(), 1]', ['list(int)']],
  ['[?1]', ["3: expected type 'optional_type(int)' but found 'int'"]],
  ["{?'a': self.?opt.x}", ['map(string, int)']],
  ['lists.range(3)', ['list(int)']],
  ['[1, 2].sortBy(x, -x)', ['list(int)']],
  ["self.nam == 'x'", ["5: undefined field 'nam'"]],
  ['self.name == 3', ["11: found no matching overload for '_==_' applied to '(string, int)'"]],
  ['self.replicas > 1.5', ['bool']],
  ['self.replicas + 1.0 > 2.0', ["15: found no matching overload for '_+_' applied to '(int, double)'"]],
  ['self.on && self.replicas', ["16: expected type 'bool' but found 'int'"]],
  ['self.tags.all(t, t.startsWith(1))', ["30: found no matching overload for 'startsWith' applied to 'string.(int)'"]],
  ['self.replicas.all(r, true)', ["5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)"]],
  ['has(self.name.foo)', ["4: type 'string' does not support field selection"]],
  ['has(self)', ['5: invalid argument to has() macro']],
  ["[1, 'a'].size() == 2", ["5: expected type 'int' but found 'string'"]],
  ['self.name == self.opt', ["11: found no matching overload for '_==_' applied to '(string, selfType1.opt)'"]],
  ['quantity(self.name).foo', ["20: unexpected failed resolution of 'kubernetes.Quantity'"]],
  ['bar(self.name)', ["4: undeclared reference to 'bar' (in container '')"]],
  ['x > oldSelf', ["1: undeclared reference to 'x' (in container '')", "5: undeclared reference to 'oldSelf' (in container '')"]],
  ["self.when < timestamp('2020')", ['23: invalid timestamp argument']],
  ["self.name.matches('[')", ['19: invalid matches argument']],
  ['self.tags.all(1, true)', ['15: argument must be a simple name']],
  ['self.tags.map(1, true)', ['15: argument is not an identifier']],
  ['self.tags.all(i, i, true)', ['18: duplicate variable name: i']],
  ['(1 + 2', ["7: Syntax error: missing ')' at '<EOF>'"]],
  ['size(1 2)', ["8: Syntax error: extraneous input '2' expecting ')'"]],
  ['{1 2}', ["4: Syntax error: missing ':' at '2'"]],
  ['true && || true', [`9: Syntax error: extraneous input '||' expecting ${STARTS}`]],
  ["self.name = 'x'", ["11: Syntax error: token recognition error at: '= '", "13: Syntax error: extraneous input ''x'' expecting <EOF>"]],
  ['self.', ["6: Syntax error: no viable alternative at input '.'"]],
  ['if 1', ['1: reserved identifier: if', "4: Syntax error: extraneous input '1' expecting <EOF>"]],
])('check: %s', (text, found) => {
  expect(complaints(text)).toEqual(found)
})

test('what is wrong is shown below its line', () => {
  expect(checkCel("'é' ==\n self.nam", scope)).toBe("ERROR: <input>:2:6: undefined field 'nam'\n |  self.nam\n | .....^")
})

/** Texts have up to 100 characters, lists and maps up to 10 entries. */
function mostAt(path: string[]) {
  const last = path[path.length - 1]
  if (['tags', 'ports', 'labels'].includes(last)) return { min: 0, max: 10 }
  return ['name', '@items', '@keys', '@values'].includes(last) ? { min: 0, max: 100 } : { min: 0, max: 0 }
}

test.each<[string, number]>([
  ['true', 0],
  ["self.name == 'x'", 3],
  ["self.name.startsWith('abc')", 3],
  ['self.name.contains(self.name)', 104],
  ["self.name.matches('^a+$')", 13],
  ["self.tags.all(t, t == 'x')", 53],
  ['self.tags.all(t, self.tags.exists(u, u == t))', 1_663],
  ['has(self.name)', 1],
  ['lists.range(3).size()', 15],
])('cost: %s', (text, cost) => {
  const checked = checkCel(text, scope)
  if (typeof checked === 'string') throw new Error(checked)
  expect(estimateCost(checked.expr, mostAt)).toBe(cost)
})
