// kubectl's cache knows the types of a deleted definition for some hours: the server is asked, and has none.
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

const SHIRTS = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shirts.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shirts, singular: shirt, kind: Shirt}
  versions:
  - name: v1
    served: true
    storage: true
    selectableFields: [{jsonPath: .spec.color}]
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {color: {type: string}}}}}}
`

const SHOPS = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: shops.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: shops, singular: shop, kind: Shop, shortNames: [sh]}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`

test('a type whose definition is gone', async () => {
  box.write('shops.yaml', SHOPS)
  const unknown = `error: the server doesn't have a resource type "shops"\n[exit 1]`
  const list =
    'Error from server (NotFound): Unable to list "example.com/v1, Resource=shops": the server could not find the requested resource (get shops.example.com)\n[exit 1]'
  expect(await box.kubectl('get shops')).toBe(unknown)
  await box.kubectl('create -f shops.yaml')
  expect(await box.kubectl('get shops')).toBe('No resources found in default namespace.\n')
  await box.kubectl('delete -f shops.yaml')
  expect(await box.kubectl('get shops')).toBe(list)
  expect(await box.kubectl('get sh/corner')).toBe(
    'Error from server (NotFound): the server could not find the requested resource (get shops.example.com corner)\n[exit 1]',
  )
  await box.kubectl('create -f shops.yaml')
  expect(await box.kubectl('get shops')).toBe('No resources found in default namespace.\n')
})

test('custom resources are selected by the fields their definition names', async () => {
  box.write('shirts.yaml', SHIRTS)
  box.write(
    'all.yaml',
    ['blue', 'red']
      .map((color) => `apiVersion: example.com/v1\nkind: Shirt\nmetadata: {name: ${color}}\nspec: {color: ${color}}\n`)
      .join('---\n'),
  )
  await box.kubectl('create -f shirts.yaml')
  await box.kubectl('create -f all.yaml')
  expect(await box.kubectl('get shirts -o name --field-selector spec.color=blue')).toBe('shirt.example.com/blue\n')
  expect(await box.kubectl('get shirts -o name --field-selector spec.size=1')).toBe(
    'Error from server (BadRequest): Unable to find "example.com/v1, Resource=shirts" that match label selector "", field selector "spec.size=1": field label not supported: spec.size\n[exit 1]',
  )
})

test('versions that a definition calls deprecated say so to every request', async () => {
  const versions = ['v1beta1', 'v1alpha1', 'v1'].map((name) => {
    const old = name === 'v1' ? '' : 'deprecated: true, '
    const text = name === 'v1alpha1' ? 'deprecationWarning: "ask for v1", ' : ''
    return `{name: ${name}, served: true, storage: ${name === 'v1'}, ${old}${text}schema: {openAPIV3Schema: {type: object}}}`
  })
  box.write('shops.yaml', SHOPS.replace(/versions: .*/, `versions: [${versions.join(', ')}]`))
  box.write('old.yaml', 'apiVersion: example.com/v1beta1\nkind: Shop\nmetadata: {name: old}\n')
  await box.kubectl('create -f shops.yaml')
  const warning = 'Warning: example.com/v1beta1 Shop is deprecated; use example.com/v1 Shop\n'
  expect(await box.kubectl('create -f old.yaml')).toBe(`shop.example.com/old created\n${warning}`)
  expect(await box.kubectl('get shops.v1alpha1.example.com')).toBe('NAME   AGE\nold    0s\nWarning: ask for v1\n')
  expect(await box.kubectl('get shops')).toBe('NAME   AGE\nold    0s\n')
  expect(await box.kubectl('delete -f old.yaml')).toBe(`shop.example.com "old" deleted from default namespace\n${warning}`)
})
