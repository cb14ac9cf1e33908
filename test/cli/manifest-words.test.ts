// What kubectl says of documents that are no objects, and of words that are no resources.
import { type Shell, shell } from '../commands/shell'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

const OFF = 'if you choose to ignore these errors, turn validation off with --validate=false'

test.each([
  ['a list', '[]', 'create', `error: error validating "x.yml": error validating data: invalid object to validate; ${OFF}`],
  ['a text', 'a', 'get', 'unable to decode "x.yml": json: cannot unmarshal string into Go value of type unstructured.detector'],
  [
    'a text to delete',
    'a',
    'delete',
    'error: unable to decode "x.yml": json: cannot unmarshal string into Go value of type unstructured.detector',
  ],
  ['nothing set', 'a: 1', 'apply', `error: error validating "x.yml": error validating data: [apiVersion not set, kind not set]; ${OFF}`],
  [
    'a version that is a number',
    '{apiVersion: 1, kind: Pod}',
    'create',
    `error: error validating "x.yml": error validating data: apiVersion isn't string type; ${OFF}`,
  ],
  [
    'no kind, unvalidated',
    'a: "<x>"\napiVersion: v1',
    'delete',
    String.raw`error: unable to decode "x.yml": Object 'Kind' is missing in '{"a":"\u003cx\u003e","apiVersion":"v1"}'`,
  ],
  [
    'a label that is a number',
    '{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {v: 1.0}}}',
    'apply',
    'error: unable to decode "x.yml": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
  ],
  [
    'metadata that is a text',
    '{apiVersion: v1, kind: ConfigMap, metadata: x}',
    'apply',
    'error: unable to decode "x.yml": json: cannot unmarshal string into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta',
  ],
  [
    'an unknown kind to get',
    '{apiVersion: v1, kind: Foo, metadata: {name: x}}',
    'get',
    'resource mapping not found for name: "x" namespace: "" from "x.yml": no matches for kind "Foo" in version "v1"\nensure CRDs are installed first',
  ],
  [
    'a list of nothing',
    '{apiVersion: v1, kind: List, items: null}',
    'create',
    `error: error validating "x.yml": error validating data: invalid object to validate; ${OFF}`,
  ],
  [
    'a list of nothing, unvalidated',
    '{apiVersion: v1, kind: List, items: null}',
    'create --validate=false',
    'error: no objects passed to create',
  ],
  [
    'a typed list of nothing, unvalidated',
    '{apiVersion: v1, kind: PodList, items: null}',
    'create --validate=false',
    'error: no objects passed to create',
  ],
  [
    'items that do not say what they are',
    '{apiVersion: v1, kind: List, items: [{metadata: {name: a}}, {kind: ConfigMap, metadata: {name: b}}]}',
    'create',
    `error: error validating "x.yml": error validating data: [apiVersion not set, kind not set]; ${OFF}`,
  ],
  [
    'items of a typed list that say half of what they are',
    '{apiVersion: v1, kind: ConfigMapList, items: [{kind: Secret, metadata: {name: a}}, {apiVersion: v1, metadata: {name: b}}]}',
    'create',
    `unable to get type info from the object "*unstructured.Unstructured": Object 'apiVersion' is missing in 'object has no apiVersion field'
unable to get type info from the object "*unstructured.Unstructured": Object 'Kind' is missing in 'object has no kind field '`,
  ],
])('%s', async (_name, text, verb, expected) => {
  box.write('x.yml', text)
  expect(await box.kubectl(`${verb} -f x.yml`)).toBe(`${expected}\n[exit 1]`)
})

test('documents before a separator that goes on are had; the last line needs no end', async () => {
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
  box.write('x.yml', `--- # one\n${map('one')}---\n${map('two')}---two\n${map('three')}`)
  expect(await box.kubectl('create -f x.yml')).toBe(
    'configmap/one created\nerror: error parsing x.yml: invalid Yaml document separator: two\n[exit 1]',
  )
  box.write('y.yml', `${map('four')}data:\n  text: |\n    line`)
  await box.kubectl('create -f y.yml')
  expect(await box.kubectl("get cm four -o jsonpath='{.data.text}'")).toBe('line\n')
})

test('a document that fails validation ends its file; one that cannot be decoded does not', async () => {
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`
  box.write('invalid.yml', `${map('one')}---\nfoo: bar\n---\n${map('two')}`)
  box.write('undecodable.yml', `${map('three')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: 3}\n---\n${map('four')}`)
  await box.kubectl('apply -f invalid.yml')
  await box.kubectl('apply -f undecodable.yml')
  expect(await box.kubectl('get cm one three four two -o name --ignore-not-found')).toBe('configmap/one\nconfigmap/three\nconfigmap/four\n')
})

test('get prints nothing of a file of which something is missing, unless as a table', async () => {
  box.write('two.yml', ['none', 'a'].map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`).join('---\n'))
  await box.kubectl('create cm a')
  const missing = 'Error from server (NotFound): configmaps "none" not found\n[exit 1]'
  expect(await box.kubectl('get -f two.yml -o name')).toBe(missing)
  expect(await box.kubectl('get -f two.yml --no-headers')).toMatch(/^a +0 +\S+\nError/)
})

test.each([
  ['get po.v2', 'error: the server doesn\'t have a resource type "po" in group "v2"'],
  ['get Po', 'error: the server doesn\'t have a resource type "Po"'],
  ['get deployments.v2.apps', 'error: the server doesn\'t have a resource type "deployments" in group "v2.apps"'],
  ['get all x', 'error: you must specify only one resource'],
  ['get pods/x,svc/y', 'error: arguments in resource/name form may not have more than one slash'],
  ['delete -l a=b', 'error: at least one resource must be specified to use a selector'],
  ['taint pods x a=b:NoSchedule', 'error: invalid resource type pods, only node types are supported'],
  ['wait pods', 'error: unrecognized condition: []'],
  [
    'get pods --request-timeout=1x',
    'error: Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  ],
])('%s', async (line, expected) => {
  expect(await box.kubectl(line)).toBe(`${expected}\n[exit 1]`)
})
