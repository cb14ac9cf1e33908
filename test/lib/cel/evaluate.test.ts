// Expressions of the Common Expression Language: their values and their errors.
import { evaluateWhole as evaluate } from '../../../src/lib/cel/evaluate'
import { CelSyntaxError, mentions, parseCel } from '../../../src/lib/cel/parse'

const self = new Map<string, unknown>([
  ['replicas', 3n],
  ['ratio', 0.5],
  ['name', 'web-1'],
  ['tags', ['a', 'b']],
  [
    'ports',
    [
      new Map<string, unknown>([
        ['name', 'http'],
        ['port', 80n],
      ]),
      new Map<string, unknown>([
        ['name', 'dns'],
        ['port', 53n],
      ]),
    ],
  ],
  ['labels', new Map([['app', 'x']])],
])
const scope = new Map<string, unknown>([['self', self]])

test.each<[string, unknown]>([
  ['1 + 2 * 3 == 7', true],
  ['(1 + 2) * 3', 9n],
  ['-self.replicas', -3n],
  ['7 / 2', 3n],
  ['7.0 / 2.0', 3.5],
  ['-7 % 3', -1n],
  ['self.replicas <= 5 && self.replicas > 1', true],
  ['self.ratio < 1', true],
  ['1 == 1.0', true],
  ['!(self.name == "web")', true],
  ['has(self.name) && !has(self.other)', true],
  ['self.replicas > 2 ? "many" : "few"', 'many'],
  ['[?self[?"none"], ?self[?"name"], 1]', ['web-1', 1n]],
  ['{?"a": self[?"none"], ?"b": self[?"name"]}.size()', 1n],
  ['"a" in self.tags', true],
  ['"app" in self.labels', true],
  ['self.tags[1]', 'b'],
  ["self.labels['app']", 'x'],
  ['self.tags + ["c"]', ['a', 'b', 'c']],
  ['size(self.tags) == self.tags.size()', true],
  ['self.tags.all(t, t.matches("^[a-z]$"))', true],
  ['self.ports.exists(p, p.port == 53)', true],
  ['self.ports.exists_one(p, p.port > 60)', true],
  ['self.ports.map(p, p.name)', ['http', 'dns']],
  ['self.ports.filter(p, p.port < 60).map(p, p.name).join(",")', 'dns'],
  ['self.labels.all(k, k.startsWith("a"))', true],
  ['self.name.split("-")[1]', '1'],
  ['self.name.upperAscii().substring(0, 3)', 'WEB'],
  ["'a\\tb' == \"a\\tb\" && r'\\d' == '\\\\d'", true],
  ['self.other > 1 || self.replicas == 3', true],
  ['self.other > 1 && self.replicas == 4', false],
  ['duration("1h") > duration("59m59s")', true],
  ['timestamp("2026-01-01T00:00:00Z") + duration("24h") == timestamp("2026-01-02T00:00:00Z")', true],
  ['type(self.replicas) == int', true],
  ['int("12") + 1', 13n],
  ['string(self.replicas) + "!"', '3!'],
  ['[1, 2, 3].sum() == 6 && [1, 3].isSorted() && [2, 9, 4].max() == 9', true],
  ['sets.contains([1, 2, 3], [2])', true],
  ['isQuantity("64Mi") && quantity("1Gi").isGreaterThan(quantity("512Mi"))', true],
  ['isURL("https://example.com:80/x") && url("https://example.com:8080/x").getPort() == "8080"', true],
  ['self.?other.orValue("none") + self.?name.orValue("none")', 'noneweb-1'],
  ['cel.bind(n, self.replicas * 2, n + n)', 12n],
  ['{"a": 1}.a + {"b": 2}["b"]', 3n],
])('%s', (text, value) => {
  expect(evaluate(parseCel(text), scope)).toEqual(value)
})

test.each<[string, string]>([
  ['self.other > 1', 'no such key: other'],
  ['self.tags[7] == "a"', 'index out of bounds: 7'],
  ['1 / 0 == 1', 'division by zero'],
  ['9223372036854775807 + 1 > 0', 'integer overflow'],
  ['self.name > 1', 'no such overload'],
  ['other == 1', "undeclared reference to 'other' (in container '')"],
])('%s fails', (text, why) => {
  expect(() => evaluate(parseCel(text), scope)).toThrow(why)
})

test.each(['self.', 'self.a >', '(1', '[1, 2', "'a", '1 2', 'a ? b'])('%s is no expression', (text) => {
  expect(() => parseCel(text)).toThrow(CelSyntaxError)
})

test('what an expression speaks of', () => {
  expect(mentions(parseCel('self.a.all(x, x == oldSelf.b)'), 'oldSelf')).toBe(true)
  expect(mentions(parseCel('self.oldSelf == 1'), 'oldSelf')).toBe(false)
})
