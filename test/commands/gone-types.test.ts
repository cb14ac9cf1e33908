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
