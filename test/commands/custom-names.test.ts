// What custom resources are called: short names they share, kinds, versions that are deprecated; and what creating leaves out.
import { type Shell, shell } from './shell'

const SCHEMA = '{openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}'
function definition(plural: string, group: string, kind: string, versions: string): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: ${plural}, singular: ${plural.slice(0, -1)}, kind: ${kind}, shortNames: [exmp]}
  versions: [${versions}]
`
}

let sh: Shell
beforeEach(async () => {
  sh = shell()
  const v1 = `{name: v1, served: true, storage: true, schema: ${SCHEMA}}`
  const beta = `{name: v1beta1, served: true, storage: false, deprecated: true, schema: ${SCHEMA}}`
  const alpha = `{name: v1alpha1, served: true, storage: false, deprecated: true, deprecationWarning: go away, schema: ${SCHEMA}}`
  sh.write('a.yml', definition('apples', 'zoo.example', 'Fruit', v1))
  sh.write('f.yml', definition('foos', 'bar.example', 'Foo', `${v1}, ${beta}, ${alpha}`))
  await sh.kubectl('create -f a.yml -f f.yml')
  sh.write('foo.yml', 'apiVersion: bar.example/v1\nkind: Foo\nmetadata: {name: one}\n')
  sh.write('fruit.yml', 'apiVersion: zoo.example/v1\nkind: Fruit\nmetadata: {name: two}\n')
  await sh.kubectl('create -f foo.yml -f fruit.yml')
})
afterEach(() => sh.remove())

const SHARED = 'Warning: short name "exmp" could also match lower priority resource apples.zoo.example\n'

test.each([
  ['a short name, by the order of groups', 'get exmp -o name', `foo.bar.example/one\n${SHARED}`],
  ['a short name in a group', 'get exmp.zoo.example -o name', 'fruit.zoo.example/two\n'],
  ['one that is waited for', 'wait exmp one --for=create', `foo.bar.example/one condition met\n${SHARED}`],
  ['a kind in small letters', 'get fruit.zoo.example/two -o name', 'fruit.zoo.example/two\n'],
  ['a kind as it is written', 'get Fruit.v1.zoo.example two -o name', 'fruit.zoo.example/two\n'],
  ['a kind in other letters', 'get FRUIT two', 'error: the server doesn\'t have a resource type "FRUIT"\n[exit 1]'],
  [
    'a deprecated version',
    'get foos.v1beta1.bar.example -o name',
    'foo.bar.example/one\nWarning: bar.example/v1beta1 Foo is deprecated; use bar.example/v1 Foo\n',
  ],
  ['one with words of its own', 'get foos.v1alpha1.bar.example -o name', 'foo.bar.example/one\nWarning: go away\n'],
  [
    'a deprecated version that is written',
    'label foos.v1beta1.bar.example one a=b',
    'foo.bar.example/one labeled\nWarning: bar.example/v1beta1 Foo is deprecated; use bar.example/v1 Foo\n',
  ],
])('%s', async (_name, line, expected) => {
  expect(await sh.kubectl(line)).toBe(expected)
})

test('discovery tells how objects are stored', async () => {
  const hashes = async (path: string) => {
    const { resources } = JSON.parse(await sh.kubectl(`get --raw ${path}`)) as {
      resources: { name: string; storageVersionHash?: string }[]
    }
    return Object.fromEntries(resources.map(({ name, storageVersionHash }) => [name, storageVersionHash]))
  }
  expect(await hashes('/api/v1')).toMatchObject({
    pods: 'xPOwRZ+Yhw8=',
    events: 'r2yiGXH7wu8=',
    bindings: undefined,
    'pods/log': undefined,
  })
  expect(await hashes('/apis/events.k8s.io/v1')).toEqual({ events: 'r2yiGXH7wu8=' })
  const [v1, beta] = [await hashes('/apis/bar.example/v1'), await hashes('/apis/bar.example/v1beta1')]
  expect(beta.foos).toBe(v1.foos)
})

test('what is created has no version, whatever its file says', async () => {
  sh.write('v.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, resourceVersion: "99"}\n')
  expect(await sh.kubectl('create -f v.yml')).toBe('configmap/v created\n')
  expect(await sh.kubectl('apply --force -f v.yml --overwrite')).toContain('configmap/v configured\n')
})

test.each([
  [
    'another version',
    'kind: Config\napiVersion: v-1\n',
    'no kind "Config" is registered for version "v-1" in scheme "pkg/runtime/scheme.go:111"',
  ],
  ['another kind', 'kind: List\napiVersion: v1\n', 'no kind "List" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"'],
  ['no version at all', 'kind: Config\napiVersion: a/b/c\n', 'unexpected GroupVersion string: a/b/c'],
])('a kubeconfig of %s', async (_name, text, why) => {
  sh.write('c', text)
  expect(await sh.kubectl('get po --kubeconfig=c')).toBe(`error: error loading config file "c": ${why}\n[exit 1]`)
})
