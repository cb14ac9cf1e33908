// kubectl debug: containers in a Pod, in a copy of it, on its node; and what it refuses.

import type { Pod } from '../../src/api/types'
import { profileNamed } from '../../src/commands/debug-profiles'
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(async () => {
  box = shell()
  box.write(
    'web.yaml',
    `apiVersion: v1
kind: Pod
metadata: { name: web, labels: { app: web }, annotations: { a: b } }
spec:
  containers:
  - { name: web, image: nginx, args: [nginx], livenessProbe: { httpGet: { path: /, port: 80 } } }
  initContainers: [{ name: first, image: busybox, command: ['true'] }]
`,
  )
  await box.kubectl('apply -f web.yaml')
})
afterEach(() => box.remove())

const get = (path: string, pod = 'web') => box.kubectl(`get pod ${pod} -o jsonpath={${path}}`)

test('adds an ephemeral container', async () => {
  expect(await box.kubectl('debug web --image=busybox --env=A=1 --image-pull-policy=Never -- sleep 60')).toMatch(
    /^Defaulting debug container name to debugger-[a-z0-9]{5}\.\n$/,
  )
  expect(await get('.spec.ephemeralContainers[0].command')).toBe('["sleep","60"]')
  expect(await get('.spec.ephemeralContainers[0].env')).toBe('[{"name":"A","value":"1"}]')
  expect(await get('.spec.ephemeralContainers[0].imagePullPolicy')).toBe('Never')
  expect(await get('.spec.ephemeralContainers[0].securityContext')).toBe('{"capabilities":{"add":["SYS_PTRACE"]}}')
  expect(await get('.status.ephemeralContainerStatuses[0].state.running.startedAt')).toBe('2026-11-23T17:00:00Z')
  expect(await box.kubectl('debug web --image=busybox -c second --target=web -q')).toBe('')
  expect(await get('.spec.ephemeralContainers[1].targetContainerName')).toBe('web')
})

test('ephemeral containers stay as they are', async () => {
  await box.kubectl('debug web --image=busybox -c look -- sleep 60')
  expect(await box.kubectl('debug web --image=busybox -c look')).toBe(
    'The Pod "web" is invalid: \n* spec.ephemeralContainers[1].name: Duplicate value: "look"\n* spec.ephemeralContainers: Forbidden: existing ephemeral containers "look" may not be changed\n[exit 1]',
  )
  expect(
    await box.kubectl(
      `patch pod web --subresource=ephemeralcontainers --type=json -p '[{"op":"remove","path":"/spec/ephemeralContainers/0"}]'`,
    ),
  ).toBe('The Pod "web" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral containers "look" may not be removed\n[exit 1]')
})

test('shows what a container that is over has written', async () => {
  expect(await box.kubectl('debug web -i -q -c hi --image=busybox -- echo hello')).toBe('hello\n')
})

test('copies the Pod without labels, annotations and probes', async () => {
  expect(await box.kubectl('debug web --copy-to=copy -c look --image=busybox -- sleep 60')).toBe('')
  expect(await get('.metadata.labels', 'copy')).toBe('')
  expect(await get('.metadata.annotations', 'copy')).toBe('')
  expect(await get('.spec.containers[*].name', 'copy')).toBe('web look')
  expect(await get('.spec.containers[0].livenessProbe', 'copy')).toBe('')
  expect(await get('.spec.shareProcessNamespace', 'copy')).toBe('true')
  expect(await get('.spec.initContainers[0].name', 'copy')).toBe('first')
})

test('keeps of it what is asked for', async () => {
  const keep = '--keep-labels --keep-annotations --keep-liveness --keep-init-containers=false --same-node --share-processes=false'
  await box.kubectl(`debug web --copy-to=copy -c look --image=busybox ${keep}`)
  expect(await get('.metadata.labels', 'copy')).toBe('{"app":"web"}')
  expect(await get('.metadata.annotations.a', 'copy')).toBe('b')
  expect(await get('.spec.containers[0].livenessProbe.httpGet.port', 'copy')).toBe('80')
  expect(await get('.spec.initContainers', 'copy')).toBe('')
  expect(await get('.spec.nodeName', 'copy')).toBe('node-1')
  expect(await get('.spec.shareProcessNamespace', 'copy')).toBe('false')
})

test('changes images, or the command of a container, and takes the Pod’s place', async () => {
  await box.kubectl('debug web --copy-to=images --set-image=*=httpd')
  expect(await get('.spec.containers[*].image', 'images')).toBe('httpd')
  await box.kubectl('debug web --copy-to=command -c web --replace -- sleep 60')
  expect(await get('.spec.containers[0].command', 'command')).toBe('["sleep","60"]')
  expect(await get('.spec.containers[0].args', 'command')).toBe('')
  expect(await box.kubectl('get pod web')).toBe('Error from server (NotFound): pods "web" not found\n[exit 1]')
})

test('looks at a node from its namespaces', async () => {
  const said = await box.kubectl('debug node/node-1 --image=busybox -- sleep 60')
  const pod = /^Creating debugging pod (node-debugger-node-1-[a-z0-9]{5}) with container debugger on node node-1\.\n$/.exec(said)?.[1] ?? ''
  expect(await get('.spec.hostNetwork}{.spec.hostPID}{.spec.hostIPC', pod)).toBe('truetruetrue')
  expect(await get('.spec.containers[0].volumeMounts[0].mountPath', pod)).toBe('/host')
  expect(await get('.metadata.labels', pod)).toBe('{"app.kubernetes.io/managed-by":"kubectl-debug"}')
  expect(await get('.status.phase', pod)).toBe('Running')
})

test('a profile of the user’s own', async () => {
  box.write('mine.yaml', 'resources: { limits: { cpu: 1 } }\nsecurityContext: { runAsUser: 7 }\n')
  await box.kubectl('debug web --copy-to=copy -c look --image=busybox --custom=mine.yaml')
  expect(await get('.spec.containers[1].securityContext', 'copy')).toBe('{"capabilities":{"add":["SYS_PTRACE"]},"runAsUser":7}')
  expect(await get('.spec.containers[1].resources.limits.cpu', 'copy')).toBe('1')
})

test.each([
  ['no target', 'debug --image=x', 'NAME or filename is required for debug'],
  ['no image', 'debug web', 'you must specify --image when not using --copy-to.'],
  ['not an image', 'debug web --image=X', 'invalid image name "X": invalid reference format'],
  ['an unknown profile', 'debug web --image=x --profile=foo', 'unknown profile: foo'],
  ['a terminal without input', 'debug web --image=x -t', '-i/--stdin is required for containers with -t/--tty=true'],
  ['--replace alone', 'debug web --image=x --replace', '--replace may only be used with --copy-to.'],
  ['--same-node alone', 'debug web --image=x --same-node', '--same-node may only be used with --copy-to.'],
  ['--set-image alone', 'debug web --set-image=a=b', '--set-image may only be used with --copy-to.'],
  ['a copy of nothing new', 'debug web --copy-to=c', 'you must specify --image, --set-image or command arguments.'],
  [
    'arguments for no container',
    'debug web --copy-to=c -- ls',
    'you must specify an existing container or a new image when specifying args.',
  ],
  [
    'a target in a copy',
    'debug web --copy-to=c --image=x --target=web',
    '--target is incompatible with --copy-to. Use --share-processes instead.',
  ],
  ['a pull policy', 'debug web --image=x --image-pull-policy=foo', 'invalid image pull policy: foo'],
  [
    'attaching to nothing',
    'debug web --copy-to=c --set-image=web=x --attach',
    'you must specify --container or create a new container using --image in order to attach.',
  ],
  ['another kind', 'debug svc/kubernetes --image=x', '"/v1, Kind=Service" not supported by debug'],
  [
    'no such file',
    'debug web --image=x --custom=nope',
    'must pass a container spec json file for custom profile: open nope: no such file or directory',
  ],
])('refuses %s', async (_name, line, message) => {
  expect(await box.kubectl(line)).toBe(`error: ${message}\n[exit 1]`)
})

describe('profiles', () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { containers: [{ name: 'look', image: 'x', securityContext: { runAsUser: 1 } }] },
  } as unknown as Pod
  const nothing = { labels: false, annotations: false, liveness: false, readiness: false, startup: false, initContainers: true }

  test.each([
    ['general', 'ephemeral', { runAsUser: 1, capabilities: { add: ['SYS_PTRACE'] } }],
    ['general', 'node', undefined],
    ['baseline', 'copy', undefined],
    ['netadmin', 'node', { runAsUser: 1, capabilities: { add: ['NET_ADMIN', 'NET_RAW'] } }],
    ['sysadmin', 'ephemeral', { runAsUser: 1, privileged: true }],
    ['legacy', 'ephemeral', { runAsUser: 1 }],
    [
      'restricted',
      'node',
      { runAsNonRoot: true, capabilities: { drop: ['ALL'] }, allowPrivilegeEscalation: false, seccompProfile: { type: 'RuntimeDefault' } },
    ],
  ] as const)('%s, %s', (name, style, security) => {
    const changed = profileNamed(name)(pod, 'look', style, nothing)
    expect(changed.spec.containers[0].securityContext).toEqual(security)
    expect(pod.spec.containers[0].securityContext).toEqual({ runAsUser: 1 })
  })
})
