// apply --prune --applyset: what the parent of a set says, what is removed from the set, and what is refused.
import { type Shell, shell } from './shell'

const OPEN = { KUBECTL_APPLYSET: 'true' }
const ID = 'applyset.kubernetes.io/id'
const TOOLING = 'applyset.kubernetes.io/tooling'
const KINDS = 'applyset.kubernetes.io/contains-group-kinds'
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces'

const configMap = (name: string, more = '') => `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}${more}}
---
`
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\n'

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write('both.yml', configMap('a') + SECRET)
  sh.write('one.yml', configMap('a'))
})
afterEach(() => sh.remove())

async function apply(words: string): Promise<string> {
  const { out, err, code } = await sh.streams(`apply --prune ${words}`, OPEN)
  return out + err + (code ? `[exit ${code}]` : '')
}

const parent = async () => JSON.parse(await sh.kubectl('get secret web -o json')).metadata

test('the parent keeps kinds and namespaces; what left the set is removed', async () => {
  expect(await apply('--applyset=web -n default -f both.yml')).toBe('configmap/a created\nsecret/s created\n')
  const { labels, annotations } = await parent()
  // printf web.default.Secret. | sha256sum
  expect(labels).toEqual({ [ID]: 'applyset-zN5gMMt3uHLO5pHDCETR-9uiGqcPRNY0X24Hk0Rzcgo-v1' })
  expect(annotations).toEqual({ [KINDS]: 'ConfigMap,Secret', [NAMESPACES]: '', [TOOLING]: 'kubectl/v1.37.2' })
  expect(await sh.kubectl('get cm a -o jsonpath={.metadata.labels}')).toBe(`{"applyset.kubernetes.io/part-of":"${labels[ID]}"}`)

  expect(await apply('--applyset=web -n default -f one.yml --dry-run=client')).toBe(
    'configmap/a unchanged (dry run)\nsecret/s pruned (dry run)\n',
  )
  expect(await apply('--applyset=web -n default -f one.yml --dry-run=server')).toBe(
    'configmap/a unchanged (server dry run)\nsecret/s pruned (server dry run)\n',
  )
  expect(await apply('--applyset=web -n default -f one.yml')).toBe('configmap/a unchanged\nsecret/s pruned\n')
  expect((await parent()).annotations[KINDS]).toBe('ConfigMap')
  expect(await sh.kubectl('get secrets -o name')).toBe('secret/web\n')
})

test('a set over several namespaces, kept by a custom resource', async () => {
  sh.write(
    'crd.yml',
    `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sets.example.com, labels: {applyset.kubernetes.io/is-parent-type: "true"}}
spec:
  group: example.com
  scope: Cluster
  names: {plural: sets, singular: set, kind: Set}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`,
  )
  await sh.kubectl('create -f crd.yml')
  await sh.kubectl('create ns other')
  expect(await apply('--applyset=sets/web -f both.yml')).toBe(
    'error: custom resource ApplySet parents cannot be created automatically\n[exit 1]',
  )
  const id = 'applyset-UnnnDAojGnoj7Khqp51-1iAU5pAv3ftImGot1EzqlAM-v1'
  sh.write(
    'set.yml',
    `{apiVersion: example.com/v1, kind: Set, metadata: {name: web, labels: {${ID}: ${id}}, annotations: {${TOOLING}: kubectl/v1, ${KINDS}: ""}}}`,
  )
  await sh.kubectl('create -f set.yml')
  sh.write('two.yml', configMap('a') + configMap('b', ', namespace: other'))
  expect(await apply('--applyset=sets/web -f two.yml')).toMatch(
    /^configmap\/a created\nconfigmap\/b created\nW\d{4} .* applyset\.go:447\] WARNING: failed to update ApplySet: Apply failed with 2 conflicts: /,
  )
  expect(await sh.kubectl('get set web -o jsonpath={.metadata.annotations}')).toBe(
    `{"${NAMESPACES}":"default,other","${KINDS}":"ConfigMap","${TOOLING}":"kubectl/v1.37.2"}`,
  )
  expect(await apply('--applyset=sets.example.com/web -f one.yml')).toBe('configmap/a unchanged\nconfigmap/b pruned\n')
})

test.each([
  ['no namespace', '--applyset=web -f one.yml', 'error: namespace is required to use namespace-scoped ApplySet'],
  [
    'several at once',
    '--applyset=pods/web -f one.yml',
    'namespace is required to use namespace-scoped ApplySet\nresource "/v1, Resource=pods" is not permitted as an ApplySet parent',
  ],
  ['no name', '--applyset=configmaps/ -f one.yml', 'error: invalid parent reference "configmaps/": name cannot be blank'],
  ['no such kind', '--applyset=foo.bar/x -f one.yml', 'error: invalid parent reference "foo.bar/x": no matches for bar/, Resource=foo'],
  ['all', '--applyset=web -n default --all -f one.yml', 'error: --all is incompatible with --applyset'],
  ['a selector', '--applyset=web -n default -l a=b -f one.yml', 'error: --selector is incompatible with --applyset'],
  [
    'an allowlist',
    '--applyset=web -n default --prune-allowlist=core/v1/Secret -f one.yml',
    'error: --prune-allowlist is incompatible with --applyset',
  ],
  ['no pruning', '--prune=false --applyset=web -n default -f one.yml', 'error: --applyset requires --prune'],
  [
    'a label that the set gives',
    '--applyset=web -n default -f part.yml',
    'error: ApplySet label "applyset.kubernetes.io/part-of" already set in input data',
  ],
  ['a namespace that is not there', '--applyset=web -n nope -f one.yml', 'error: failed to update ApplySet: namespaces "nope" not found'],
])('refused: %s', async (_name, words, said) => {
  sh.write('part.yml', configMap('p', ', labels: {applyset.kubernetes.io/part-of: x}'))
  expect(await apply(words)).toBe(`${said}\n[exit 1]`)
})

test.each([
  [`annotate secret web ${TOOLING}=helm/v3 --overwrite`, 'already exists and is managed by tooling "helm" instead of "kubectl"'],
  [`annotate secret web ${TOOLING}-`, `already exists and is missing required annotation "${TOOLING}"`],
  [`label secret web ${ID}-`, `exists and does not have required label ${ID}`],
  [`label secret web ${ID}=x --overwrite`, `exists and has incorrect value for label "${ID}" (got: x, want: applyset-`],
  [`annotate secret web ${KINDS}-`, `kubectl requires the "${KINDS}" annotation to be set on all ApplySet parent objects`],
  [
    `annotate secret web ${KINDS}=Foo.bar --overwrite`,
    `could not find mapping for kind in "${KINDS}" annotation: no matches for kind "Foo" in group "bar"`,
  ],
])('a parent after %s', async (line, said) => {
  await apply('--applyset=web -n default -f both.yml')
  await sh.kubectl(line)
  expect(await apply('--applyset=web -n default -f one.yml')).toContain(said)
  expect(await sh.kubectl('get secret s -o name')).toBe('secret/s\n')
})

test('the flag is there only where the variable opens it', async () => {
  expect(await sh.kubectl('apply --prune --applyset=web -f one.yml')).toContain('error: unknown flag: --applyset')
  expect((await sh.streams('apply --help')).out).not.toContain('--applyset')
  expect((await sh.streams('apply --help', OPEN)).out).toContain(`    --applyset='':\n`)
})
