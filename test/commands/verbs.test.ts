// The everyday verbs: raw requests, asking before deleting, --local, and what is refused.
import fs from 'node:fs'
import { Readable } from 'node:stream'
import { run } from '../../src/cli/run'
import { type Shell, shell } from './shell'

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: valid-pod
  labels:
    name: valid-pod
spec:
  containers:
  - name: web
    image: nginx
`

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write('pod.yaml', POD)
  sh.write(
    'two.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two}\n',
  )
  sh.write('raw.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"}}')
})
afterEach(() => sh.remove())

async function answering(input: string, words: string[]): Promise<string> {
  const out: string[] = []
  const host = sh.host()
  const stdin = Readable.from([input]) as unknown as typeof process.stdin
  await run(words, { ...host, streams: { ...host.streams, out: (text) => void out.push(text), stdin } })
  return out.join('')
}

const ASKED = 'You are about to delete the following 2 resource(s):\nconfigmap/one\nconfigmap/two\nDo you want to continue? (y/N): '

test.each([
  ['no', 'n\n', 'deletion is cancelled\n', 'configmap/one\nconfigmap/two\n'],
  ['the end of the input', '', 'deletion is cancelled\n', 'configmap/one\nconfigmap/two\n'],
  ['yes, in capitals', 'Y\n', 'configmap "one" deleted from default namespace\nconfigmap "two" deleted from default namespace\n', ''],
])('delete --interactive, answered with %s', async (_, input, outcome, left) => {
  await sh.kubectl('create -f two.yaml')
  expect(await answering(input, ['delete', '-f', 'two.yaml', '--interactive'])).toBe(ASKED + outcome)
  expect(await sh.kubectl('get cm one two --ignore-not-found -o name')).toBe(left)
})

test('delete --interactive finds nothing to ask about', async () => {
  expect(await sh.kubectl('delete cm -l a=b -i')).toBe('No resources found\n')
})

test('--raw sends a file as it is', async () => {
  const path = '/api/v1/namespaces/default/configmaps'
  expect(JSON.parse(await sh.kubectl(`create -f raw.json --raw ${path}`))).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'raw' } })
  expect(JSON.parse(await sh.kubectl(`replace -f raw.json --raw ${path}/raw`))).toHaveProperty('metadata.uid')
  expect(JSON.parse(await sh.kubectl(`delete --raw ${path}/raw`))).toMatchObject({ kind: 'Status', status: 'Success' })
  expect(await sh.kubectl('get cm raw --ignore-not-found')).toBe('')
  await sh.kubectl('apply -f pod.yaml')
  sh.write('eviction.json', '{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"valid-pod"}}')
  expect(await sh.kubectl('create --raw /api/v1/namespaces/default/pods/valid-pod/eviction -f eviction.json')).toBe(
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}\n',
  )
})

test.each([
  [
    'create --raw, the wrong kind',
    'create -f raw.json --raw /api/v1/namespaces',
    'Error from server (BadRequest): the object provided is unrecognized (must be of type Namespace)',
  ],
  [
    'create --raw, no JSON',
    'create -f pod.yaml --raw /api/v1/namespaces/default/pods',
    "Error from server (BadRequest): the object provided is unrecognized (must be of type Pod): couldn't get version/kind; json parse error: invalid character 'a' looking for beginning of value (61706956657273696f6e3a2076310a6b696e643a20506f640a6d65746164 ...)",
  ],
  ['create --raw, two files', 'create -f pod.yaml -f raw.json --raw /x', 'error: --raw can only use a single local file or stdin'],
  ['replace --raw, with -o', 'replace -f raw.json --raw /x -o yaml', 'error: --raw and --output are mutually exclusive'],
  ['delete --raw, no path', 'delete --raw x', 'error: --raw must be a valid URL path: parse "x": invalid URI for request'],
  ['delete --raw, asking', 'delete --raw /x -i', 'error: --interactive can not be used with --raw'],
  ['delete --all of nothing', 'delete --all', 'error: at least one resource must be specified to use a selector'],
  [
    'an unknown cascade',
    'delete pod x --cascade=foo',
    'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"',
  ],
  [
    'an unknown cascade of apply',
    'apply -f pod.yaml --cascade=foo',
    'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"',
  ],
  [
    'a cascade of old',
    'delete pod x --cascade=false',
    'warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.\nError from server (NotFound): pods "x" not found',
  ],
  [
    'a timeout in no unit',
    'get pods --request-timeout=1p',
    'error: Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  ],
  ['drain, half a selector', "drain node-1 --pod-selector='a in'", 'error: --pod-selector=<pod_selector> must be a valid label selector'],
  [
    'cordon, a name and a selector',
    'cordon a -l b=c',
    "error: cannot specify both a node name and a --selector option\nSee 'kubectl cordon -h' for help and examples",
  ],
  ['wait for nothing', 'wait pod/x', 'error: unrecognized condition: []'],
  ['events for a path', 'events --for=pod/x/y', 'error: arguments in resource/name form may not have more than one slash'],
  ['run, an annotation without a value', 'run p --image=nginx --annotations=a', 'error: invalid annotations format: a'],
  ['a namespace without a name', "create namespace ''", 'error: name must be specified'],
])('%s', async (_, line, refusal) => {
  expect(await sh.kubectl(line)).toBe(`${refusal}\n[exit 1]`)
})

test('--local leaves the namespace out, and nothing between documents', async () => {
  expect(await sh.kubectl('label --local -f pod.yaml a=b -o yaml')).toContain(
    'metadata:\n  labels:\n    a: b\n    name: valid-pod\n  name: valid-pod\nspec:\n',
  )
  expect(await sh.kubectl('label --local -f pod.yaml name- -o yaml')).toContain('metadata:\n  labels: {}\n  name: valid-pod\n')
  const two = await sh.kubectl('label --local -f two.yaml a=b -o yaml')
  expect(two.match(/^kind: ConfigMap$/gm)).toHaveLength(2)
  expect(two).not.toContain('---')
})

test('--save-config of a typed object has no empty annotations', async () => {
  expect(await sh.kubectl('create cm x --save-config --dry-run=client -o yaml')).toContain(
    '      {"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"}}\n',
  )
})

test('-o kyaml of a typed object keeps the order of its fields', async () => {
  expect(await sh.kubectl('create cm x --dry-run=client -o kyaml')).toBe(
    '---\n{\n  kind: "ConfigMap",\n  apiVersion: "v1",\n  metadata: {\n    name: "x",\n  },\n}\n',
  )
})

test('set env lists init containers last, and finds containers as upstream does', async () => {
  sh.write('init.yaml', `${POD}  initContainers: [{name: init, image: busybox}]\n`)
  expect(await sh.kubectl('set env --local -f init.yaml --list A=b')).toBe(
    '# Pod valid-pod, container web\nA=b\n# Pod valid-pod, container init\nA=b\n',
  )
  expect(await sh.kubectl("set env --local -f init.yaml --list -c 'n*' A=b")).toBe('# Pod valid-pod, container init\nA=b\n')
})

test('an env file with bytes that are no text', async () => {
  sh.write('env', 'A=1\n')
  fs.appendFileSync(sh.path('env'), Buffer.from([0xff, 0x41]))
  expect(await sh.kubectl('create cm x --from-env-file=env --dry-run=client')).toBe(
    'error: env file env contains invalid utf8 bytes at line 2: [255 65]\n[exit 1]',
  )
})

test('--raw /metrics tells the version, and how many objects there are', async () => {
  const text = await sh.kubectl('get --raw /metrics')
  expect(text).toMatch(/^kubernetes_build_info\{.*git_version="v1\.37\.2".*\} 1$/m)
  const pods = async () =>
    /^apiserver_resource_objects\{group="",resource="pods"\} (\d+)$/m.exec(await sh.kubectl('get --raw /metrics'))?.[1]
  const before = Number(await pods())
  await sh.kubectl('create -f pod.yaml')
  expect(await pods()).toBe(String(before + 1))
})
