// What --selector and --namespace make of objects that files name, verb by verb; what delete counts as found.
import { type Shell, shell } from './shell'

const FILES = `apiVersion: apps/v1
kind: Deployment
metadata: {name: m1, labels: {a: b}}
spec: {selector: {matchLabels: {z: m1}}, template: {metadata: {labels: {z: m1}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: m2, labels: {a: c}}
spec: {selector: {matchLabels: {z: m2}}, template: {metadata: {labels: {z: m2}}, spec: {containers: [{name: c, image: nginx}]}}}
`

let sh: Shell
beforeEach(async () => {
  sh = shell()
  sh.write('m.yml', FILES)
  sh.write('n.yml', FILES.replaceAll('metadata: {name: m', 'metadata: {namespace: other, name: m'))
  await sh.kubectl('create ns other')
  await sh.kubectl('create -f m.yml -f n.yml')
})
afterEach(() => sh.remove())

test.each([
  ['get', 'get -f m.yml -l a=b -o name', 'deployment.apps/m1\n'],
  ['get, whose table has no labels', 'get -f m.yml -l a=b', 'No resources found in default namespace.\n'],
  ['label', 'label -f m.yml -l a=b x=y', 'deployment.apps/m1 labeled\n'],
  ['label --local, which asks no selector', 'label -f m.yml -l a=b x=y --local -o name', 'deployment.apps/m1\ndeployment.apps/m2\n'],
  ['scale', 'scale -f m.yml -l a=c --replicas=2', 'deployment.apps/m2 scaled\n'],
  ['rollout restart', 'rollout restart -f m.yml -l a=b', 'deployment.apps/m1 restarted\n'],
  ['set image', 'set image -f m.yml -l a=b c=nginx:2', 'deployment.apps/m1 image updated\n'],
  ['wait', 'wait -f m.yml -l a=b --for=create', 'deployment.apps/m1 condition met\n'],
  ['delete', 'delete -f m.yml -l a=b', 'deployment.apps "m1" deleted from default namespace\n'],
  ['delete, of which nothing is left', 'delete -f m.yml -l a=z', 'No resources found\n'],
])('--selector of %s', async (_name, line, said) => {
  expect(await sh.kubectl(line)).toBe(said)
})

test('a selector that cannot be read', async () => {
  expect(await sh.kubectl(`get -f m.yml -l 'a in (b'`)).toBe(
    `error: the provided selector "a in (b" is not valid: unable to parse requirement: found '', expected: ',' or ')'\n[exit 1]`,
  )
})

const ELSEWHERE = `the namespace from the provided object "other" does not match the namespace "default". You must pass '--namespace=other' to perform this operation.\n`

test.each([
  'get -f n.yml',
  'describe -f n.yml',
  'label -f n.yml x=y',
  'label -f n.yml x=y --local -o name',
  'scale -f n.yml --replicas=2',
  'rollout undo -f n.yml',
  'set env -f n.yml A=1',
  'wait -f n.yml --for=condition=Available',
  `patch -f n.yml -p '{}'`,
  'expose -f n.yml --port=80',
  'delete -f n.yml',
  'create -f n.yml',
  'replace -f n.yml',
])('--namespace is where all of the files is: %s', async (line) => {
  expect(await sh.kubectl(`${line} -n default`)).toBe(`${ELSEWHERE}${ELSEWHERE}[exit 1]`)
  expect(await sh.kubectl('get deploy -n other -o name')).toBe('deployment.apps/m1\ndeployment.apps/m2\n')
})

test('create tells of its files in their order', async () => {
  const exists = (name: string) =>
    `Error from server (AlreadyExists): error when creating "m.yml": deployments.apps "${name}" already exists\n`
  expect((await sh.streams('create -f n.yml -f m.yml -n default')).err).toBe(ELSEWHERE + ELSEWHERE + exists('m1') + exists('m2'))
})

test.each([
  ['get', ''],
  ['get -o yaml', 'error: '],
  ['describe', ''],
  ['label x=y', 'error: '],
])('%s of a kind that is none', async (verb, prefix) => {
  sh.write('u.yml', '{apiVersion: foo/v1, kind: Foo, metadata: {name: u}}')
  expect((await sh.streams(`${verb} -f u.yml`)).err).toBe(
    `${prefix}resource mapping not found for name: "u" namespace: "" from "u.yml": no matches for kind "Foo" in version "foo/v1"\nensure CRDs are installed first\n`,
  )
})

test.each([
  ['one elsewhere', 'get deploy/m1 deploy/nope -w', 'Error from server (NotFound): deployments.apps "nope" not found\n[exit 1]'],
  ['several kinds', 'get deploy/m1 rs/nope -w', 'error: you may only specify a single resource type\n[exit 1]'],
  [
    'several objects',
    'get deploy m1 m2 --watch-only',
    'error: you may only watch a single resource or type of resource at a time\n[exit 1]',
  ],
  ['what is not there and passed over', 'get deploy nope -w --ignore-not-found', ''],
  ['events until the request ends', 'events --types=Warning -w --request-timeout=10ms', 'LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n'],
])('watched: %s', async (_name, line, said) => {
  expect(await sh.kubectl(line)).toBe(said)
})

test.each([
  ['get deploy ""', 'error: resource name may not be empty\n[exit 1]'],
  [
    'get node node-1 --subresource=log',
    'Error from server (NotFound): the server could not find the requested resource (get nodes node-1)\n[exit 1]',
  ],
  [
    'get ns other --subresource=finalize',
    'Error from server (MethodNotAllowed): the server does not allow this method on the requested resource\n[exit 1]',
  ],
  ['events --for foo/x', `the server doesn't have a resource type "foo"\n[exit 1]`],
  ['taint foo x a=b:NoSchedule', `the server doesn't have a resource type "foo"\n[exit 1]`],
  ['taint node node-1 a=b:NoSchedule a-', 'error: can not both modify and remove the following taint(s) in the same command: a=\n[exit 1]'],
])('%s', async (line, said) => {
  expect(await sh.kubectl(line)).toBe(said)
})

test.each([
  [
    'deploy m1 nope --for=jsonpath={.metadata.name}=m1',
    'deployment.apps/m1 condition met\nError from server (NotFound): deployments.apps "nope" not found\n[exit 1]',
  ],
  [
    'deploy --all --for=jsonpath={.metadata.name}=zz --timeout=10ms',
    'timed out waiting for the condition on deployments/m1\ntimed out waiting for the condition on deployments/m2\n[exit 1]',
  ],
])('wait tells of each: %s', async (words, said) => {
  expect(await sh.kubectl(`wait ${words}`)).toBe(said)
})

const GONE = (method: string, what: string) => `the server could not find the requested resource (${method} ${what})\n[exit 1]`

test.each([
  ['patch ns other --subresource=scale -p {}', `Error from server (NotFound): ${GONE('get', 'namespaces other')}`],
  ['patch deploy nope --subresource=foo -p {}', `Error from server (NotFound): ${GONE('get', 'deployments.apps nope')}`],
  ['edit deploy m1 --subresource=foo', `Error from server (NotFound): ${GONE('get', 'deployments.apps m1')}`],
  ['replace -f one.yml --subresource=foo', `Error from server (NotFound): error when replacing "one.yml": ${GONE('put', 'configmaps x')}`],
  ['apply -f one.yml --server-side --subresource=foo', `Error from server (NotFound): ${GONE('patch', 'configmaps x')}`],
])('a subresource that is none: %s', async (line, said) => {
  sh.write('one.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}')
  expect(await sh.kubectl(line)).toBe(said)
})

test.each([
  ['label a=b', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  labels:\n    a: b\n'],
  ['annotate a=b', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  annotations:\n    a: b\n'],
  ['set env A=b', 'error: configmap/ the object is not a pod or does not have a pod template: *v1.ConfigMap\n[exit 1]'],
])('without metadata: %s --local', async (line, said) => {
  sh.write('bare.yml', '{apiVersion: v1, kind: ConfigMap}')
  expect(await sh.kubectl(`${line} -f bare.yml --local -o yaml`)).toBe(said)
})

test('replace of what has no name', async () => {
  sh.write('bare.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {}}')
  expect(await sh.kubectl('replace -f bare.yml')).toBe('error: error when replacing "bare.yml": resource name may not be empty\n[exit 1]')
})

const IMMEDIATE =
  'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n'

test.each([
  ['what is gone, selected', 'delete -f m.yml --all', '', 0],
  ['what is gone, passed over', 'delete -f m.yml --ignore-not-found', '', 0],
  ['what is gone, not passed over', 'delete -f m.yml --all --ignore-not-found=false', 'NotFound', 1],
  ['nothing', 'delete deploy -l x=y', 'No resources found\n', 0],
  ['arguments beside files', 'delete -f m.yml cm', 'you may not specify resource arguments as well', 1],
  [
    'everywhere',
    'delete -f m.yml -A',
    'error when deleting "m.yml": an empty namespace may not be set when a resource name is provided\n',
    1,
  ],
  ['by force', 'delete ns other --force --dry-run=client', `namespace "other" force deleted (dry run)\n${IMMEDIATE}`, 0],
])('delete: %s', async (_name, line, said, code) => {
  await sh.kubectl('delete deploy --all')
  const answer = await sh.streams(line)
  expect(answer.code).toBe(code)
  if (said) expect(answer.out + answer.err).toContain(said)
  else expect(answer.out + answer.err).toBe('')
})
