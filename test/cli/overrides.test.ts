// --overrides that do not fit: the patch libraries' and the decoder's own words, and a rollout's refusals for several objects.
import { type Shell, shell } from '../commands/shell'

let box: Shell
beforeAll(() => {
  box = shell()
})
afterAll(() => box.remove())

test.each([
  [
    'a path that is not there',
    'json',
    '[{"op":"remove","path":"/a"}]',
    "error in remove for path: '/a': Unable to remove nonexistent key: a: missing value",
  ],
  ['no list of operations', 'json', '{"a":1}', 'json: cannot unmarshal object into Go value of type jsonpatch.Patch'],
  ['an operation that is none', 'json', '[1]', 'json: cannot unmarshal number into Go value of type jsonpatch.Operation'],
  [
    'an item without its key',
    'strategic',
    '{"spec":{"containers":[{"image":"q"}]}}',
    'map: map[image:q] does not contain declared merge key: name',
  ],
  ['a number as document', 'strategic', '1', 'invalid JSON document'],
  ['a number as merge', 'merge', '1', 'Invalid JSON Patch'],
  [
    'a list as merge',
    'merge',
    '[]',
    'couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }',
  ],
  ['a kind there is not', 'merge', '{"kind":"Foo"}', 'no kind "Foo" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
  [
    'a field of the wrong type',
    'merge',
    '{"spec":{"hostNetwork":"x"}}',
    'json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool',
  ],
])('run --overrides: %s', async (_name, type, overrides, message) => {
  const { out, err, code } = await box.streams(`run x --image=a --dry-run=client --override-type=${type} --overrides='${overrides}'`)
  expect([out, err, code]).toEqual(['', `error: ${message}\n`, 1])
})

test('what restarting several objects is refused with carries its word on every line', async () => {
  const { out, err, code } = await box.streams('rollout restart ns default kube-system')
  const refused = (name: string) => `error: namespaces "${name}" restarting is not supported\n`
  expect([out, err, code]).toEqual(['', refused('default') + refused('kube-system'), 1])
})
