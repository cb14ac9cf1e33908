// Which resource and which fields the word of explain names; short names that several groups have.
import { type Shell, shell } from './shell'

const CRD = (plural: string, group: string, shortNames: string) => `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: ${plural}, singular: ${plural.replace(/s$/, '')}, kind: Tab, shortNames: [${shortNames}]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {when: {type: string}}}}}}
`

let sh: Shell
beforeAll(async () => {
  sh = shell()
  sh.write('crds.yml', CRD('tabs', 'stable.example.com', 'ct') + CRD('pops', 'example.com', 'po'))
  await sh.kubectl('create -f crds.yml')
})
afterAll(() => sh.remove())

const ALSO = (short: string, resource: string) => `Warning: short name "${short}" could also match lower priority resource ${resource}\n`

test.each([
  ['a field of a kind', 'pods.spec.nodeName', 'KIND:       Pod\nVERSION:    v1\n\nFIELD: nodeName <string>'],
  ['a group behind the plural', 'deployments.apps.spec.paused', 'FIELD: paused <boolean>'],
  ['a group that goes on as it likes', 'deployments.appsy.spec.paused', 'FIELD: paused <boolean>'],
  ['no group behind a short name', 'deploy.apps.spec', 'error: field "spec" does not exist'],
  ['no group behind a singular', 'deployment.apps', 'error: field "apps" does not exist'],
  ['no group behind capitals', 'Deployments.apps', 'error: field "apps" does not exist'],
  ['no version', 'deployments.v1.apps.spec', 'error: field "spec" does not exist'],
  ['no group beside a version', 'deployments.apps.spec --api-version=apps/v1', 'error: field "spec" does not exist'],
  ['the first of two groups', 'events.events.k8s.io', 'error: field "io" does not exist'],
  ['a custom resource with its group', 'tabs.stable.example.com.spec.when', 'FIELD: when <string>'],
  ['a custom resource by its short name', 'ct.spec.when', 'FIELD: when <string>'],
  ['a short name that another group has', 'po.spec.nodeName', ALSO('po', 'pops.example.com')],
  ['a short name of two built-in kinds', 'ev.message', ALSO('ev', 'events.events.k8s.io')],
  ['a dot at the end', 'pods.', 'KIND:       Pod'],
  ['two dots at the end', 'po..', 'error: field "" does not exist'],
  ['a field in brackets', `"pods['spec']"`, 'FIELD: spec <PodSpec>'],
  ['an index', 'pods.spec.containers[0]', 'error: invalid jsonpath syntax, first node must be field node'],
  ['an index beside a version', 'pods[0] --api-version=v1', 'error: invalid jsonpath syntax, all nodes must be field nodes'],
  ['what no path is', 'pods.spec,x', "error: unrecognized character in action: U+002C ','"],
  ['two paths', 'pods}{.x', 'error: must pass in 1 jsonpath string'],
  ['nothing', '.', 'error: a resource must be present, got: /, Resource='],
  ['a kind that is none', 'nope.spec', `the server doesn't have a resource type "nope"`],
])('%s: %s', async (_name, words, said) => {
  const { out, err } = await sh.streams(`explain ${words}`)
  expect(out + err).toContain(said)
})
