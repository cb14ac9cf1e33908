// What a kubelet says of a Pod beyond its phase, as a real v1.37 kubelet over containerd said it.
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
})
afterEach(() => sh.remove())

async function start(spec: string, name = 'p'): Promise<void> {
  sh.write('pod.yaml', `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: ${spec}\n`)
  await sh.kubectl('apply -f pod.yaml')
  await sh.kubectl('cluster advance 3s')
}
const status = async (path: string, name = 'p') => JSON.parse(await sh.kubectl(`get pod ${name} -o jsonpath={.status${path}}`)) as unknown
const sleeper = (name: string, more = '') => `{name: ${name}, image: busybox, command: [sleep, "9999"]${more}}`

test('containers are told of in the order of their names, init containers in that of the spec', async () => {
  await start(
    `{initContainers: [{name: z, image: busybox, command: ["true"]}, {name: a, image: busybox, command: ["true"]}], containers: [${sleeper('web')}, ${sleeper('b')}]}`,
  )
  const names = async (list: string) => sh.kubectl(`get pod p -o jsonpath={.status.${list}[*].name}`)
  expect(await names('containerStatuses')).toBe('b web')
  expect(await names('initContainerStatuses')).toBe('z a')
})

test('the whole Pod has what its containers have together', async () => {
  const amounts = ', resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {cpu: 100m}}'
  await start(`{containers: [${sleeper('a', amounts)}, ${sleeper('b', amounts)}, ${sleeper('c')}]}`)
  expect(await status('.resources')).toEqual({ limits: { cpu: '200m' }, requests: { cpu: '20m', memory: '32Mi' } })
  expect(await status('.allocatedResources')).toEqual({ cpu: '20m', memory: '32Mi' })
})

test.each([
  ['the groups of the image, the Pod and its volumes, sorted', '{fsGroup: 2000, supplementalGroups: [4000]}', [0, 10, 2000, 4000]],
  ["a strict Pod's alone", '{fsGroup: 2000, supplementalGroups: [4000], supplementalGroupsPolicy: Strict}', [0, 2000, 4000]],
  ['a user whom the image does not know', '{runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000}', [2000, 3000]],
])('%s', async (_name, securityContext, groups) => {
  await start(`{securityContext: ${securityContext}, containers: [${sleeper('c')}]}`)
  expect(await status('.containerStatuses[0].user.linux.supplementalGroups')).toEqual(groups)
})

test.each([
  [
    'a Pod whose volume is missing',
    `{containers: [${sleeper('c')}], volumes: [{name: v, configMap: {name: nope}}]}`,
    'no pod sandbox exists',
  ],
  ['a Pod that ended', '{restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}', 'pod sandbox is not ready'],
])('%s has no sandbox', async (_name, spec, message) => {
  await start(spec)
  expect(await status('.conditions[0]')).toMatchObject({
    message,
    observedGeneration: 1,
    reason: 'PodSandboxNotReady',
    status: 'False',
    type: 'PodReadyToStartContainers',
  })
})

test('a Pod that its node refuses has been observed', async () => {
  await start('{nodeName: node-1, containers: [{name: c, image: nginx, resources: {requests: {cpu: "100"}}}]}')
  expect(await status('')).toMatchObject({ observedGeneration: 1, phase: 'Failed', reason: 'OutOfcpu' })
})

test('nobody looks after a Pod on a node that there is not, until it is collected', async () => {
  await start('{nodeName: node-77, containers: [{name: c, image: nginx}]}')
  expect(await status('')).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
  expect(await sh.kubectl('get events -o name')).toBe('')
  await sh.kubectl('cluster advance 2m')
  expect(await sh.kubectl('get pods -o name')).toBe('')
})

test('each exec of a probe that cannot be started is another', async () => {
  await start('{containers: [{name: c, image: nginx, readinessProbe: {exec: {command: [nosuch]}, periodSeconds: 1}}]}')
  const said = await sh.kubectl('get events --field-selector reason=Unhealthy -o custom-columns=M:.message --no-headers')
  const lines = said.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(1)
  expect(new Set(lines).size).toBe(lines.length)
  for (const line of lines)
    expect(line).toMatch(
      /unknown state: rpc error: code = Unknown desc = failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI runtime exec failed: exec failed: .*exec: "nosuch": executable file not found in \$PATH$/,
    )
})

test('what is wanted read-only if possible is so', async () => {
  const mount =
    ', volumeMounts: [{name: v, mountPath: /v, readOnly: true, recursiveReadOnly: IfPossible}, {name: v, mountPath: /w, readOnly: true}]'
  await start(`{containers: [${sleeper('c', mount)}], volumes: [{name: v, hostPath: {path: /tmp}}]}`)
  expect(await sh.kubectl('get pod p -o jsonpath={.status.containerStatuses[0].volumeMounts[*].recursiveReadOnly}')).toMatch(
    /^Enabled Disabled( |$)/,
  )
})

test.each([
  [
    'a command that there is not',
    'exec p -c c -- nosuch',
    /^error: (Internal error occurred: ){2}error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": OCI .*\n\[exit 1\]$/,
  ],
  ['a container that ended', 'exec p -c d -- true', /^error: unable to upgrade connection: container not found \("d"\)\n\[exit 1\]$/],
])('exec of %s', async (_name, line, said) => {
  await start(`{restartPolicy: Never, containers: [${sleeper('c')}, {name: d, image: busybox, command: ["true"]}]}`)
  expect(await sh.kubectl(line)).toMatch(said)
})

test('the log before is gone as soon as a container has ended again, until it is shown to wait', async () => {
  sh.write(
    'pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: busybox, command: [sh, -c, "echo said; sleep 4; exit 1"]}]}\n',
  )
  await sh.kubectl('apply -f pod.yaml')
  await sh.kubectl('cluster advance 6s')
  expect(await sh.kubectl('logs p -p')).toBe('said\n')
  await sh.kubectl('cluster advance 3s')
  expect(await sh.kubectl('get pod p -o jsonpath={.status.containerStatuses[0].state.terminated.exitCode}')).toBe('1')
  expect(await sh.kubectl('logs p -p')).toMatch(/^unable to retrieve container logs for containerd:\/\/[0-9a-f]{64}$/)
  expect(await sh.kubectl('logs p')).toBe('said\n')
})

test('nodes say what they can do', async () => {
  const node = JSON.parse(await sh.kubectl('get node node-1 -o json')) as { status: Record<string, unknown> }
  expect(node.status).toMatchObject({
    declaredFeatures: expect.arrayContaining(['ExtendWebSocketsToKubelet']) as unknown,
    features: { supplementalGroupsPolicy: true },
    nodeInfo: { runningInUserNamespace: false },
    runtimeHandlers: [{ name: '' }, { name: 'runc' }],
  })
  expect(await sh.kubectl('get node node-1 -o wide')).toContain('   6.12.0 (amd64)   containerd')
})

test("ls takes its operands in order, and directories of a subPath are the volume's", async () => {
  await start(
    `{containers: [${sleeper('c', ', volumeMounts: [{name: v, mountPath: /v, subPath: a/b}]')}], volumes: [{name: v, emptyDir: {}}]}`,
  )
  expect(await sh.kubectl('exec p -- ls -d /v /etc /bin')).toBe('/bin\n/etc\n/v\n')
  expect(await sh.kubectl('exec p -- stat -c %a /v')).toBe('777\n')
})

test('a Pod bears the zone and the region of its node', async () => {
  await sh.kubectl('label node node-1 topology.kubernetes.io/zone=a topology.kubernetes.io/region=r disk=ssd')
  await sh.kubectl('run scheduled --image=nginx')
  await start('{nodeName: node-1, containers: [{name: c, image: nginx}]}', 'bound')
  const labels = async (name: string) => JSON.parse(await sh.kubectl(`get pod ${name} -o jsonpath={.metadata.labels}`)) as unknown
  const both = { 'topology.kubernetes.io/region': 'r', 'topology.kubernetes.io/zone': 'a' }
  expect(await labels('scheduled')).toEqual({ run: 'scheduled', ...both })
  expect(await labels('bound')).toEqual(both)
})

test.each([
  ['an image that lies on the node', 'nginx:1.25', 'IfNotPresent', /^sha256:[0-9a-f]{64}$/],
  ['one that is pulled again', 'nginx:1.25', 'Always', /^docker\.io\/library\/nginx@sha256:[0-9a-f]{64}$/],
  ['one of another registry', 'example.com/team/app:1', 'IfNotPresent', /^example\.com\/team\/app@sha256:[0-9a-f]{64}$/],
])('%s has its identity', async (_name, image, policy, id) => {
  await start(`{containers: [{name: c, image: ${image}, imagePullPolicy: ${policy}}]}`)
  expect(await sh.kubectl('get pod p -o jsonpath={.status.containerStatuses[0].imageID}')).toMatch(id)
})

test('containers of a Pod that is deleted by force are stopped, too', async () => {
  await start(`{containers: [${sleeper('c')}]}`)
  await sh.kubectl('delete pod p --force')
  expect(
    await sh.kubectl('get events --field-selector reason=Killing -o custom-columns=M:.message,F:.involvedObject.fieldPath --no-headers'),
  ).toBe('Stopping container c   spec.containers{c}\n')
})

test.each([
  ['more memory than allowed', '--vm, "1", --vm-bytes, 250M, --vm-hang, "1"', { exitCode: 137, reason: 'OOMKilled' }],
  ['memory as allowed, for a while', '--vm=2, --vm-bytes=10M, -t, 2s', { exitCode: 0, reason: 'Completed' }],
  ['more, by two of them', '-m, "2", --vm-bytes, 60M', { exitCode: 137, reason: 'OOMKilled' }],
  ['nothing but time', '--cpu, "1"', undefined],
])('stress takes %s', async (_name, args, terminated) => {
  await start(
    `{restartPolicy: Never, containers: [{name: c, image: polinux/stress, command: [stress], args: [${args}], resources: {limits: {memory: 100Mi}}}]}`,
  )
  expect(await status('.containerStatuses[0].state')).toMatchObject(terminated ? { terminated } : { running: {} })
  expect(await sh.kubectl('logs p')).toMatch(/^stress: info: \[1\] dispatching hogs: \d cpu, 0 io, \d vm, 0 hdd\n/)
})

test('a line shows in the logs when it is whole, or its container has ended', async () => {
  await start(
    `{restartPolicy: Never, containers: [{name: c, image: busybox, command: [sh, -c, 'echo a; printf half; sleep 5; echo " line"; printf rest; sleep 5']}]}`,
  )
  expect(await sh.kubectl('logs p')).toBe('a\n')
  expect(await sh.kubectl('logs p --tail=1')).toBe('a\n')
  await sh.kubectl('cluster advance 4s')
  expect(await sh.kubectl('logs p')).toBe('a\nhalf line\n')
  await sh.kubectl('cluster advance 6s')
  expect(await sh.kubectl('logs p')).toBe('a\nhalf line\nrest')
})

test.each([
  [
    'a sysctl that others would feel',
    '{securityContext: {sysctls: [{name: net.core.somaxconn, value: "1"}]}, ',
    '"net.core.somaxconn" not allowlisted',
  ],
  ['a safe one', '{securityContext: {sysctls: [{name: net/ipv4/tcp_syncookies, value: "1"}]}, ', undefined],
])('%s', async (_name, spec, why) => {
  await start(`${spec} containers: [${sleeper('c')}]}`)
  if (!why) return expect(await status('')).toMatchObject({ phase: 'Running' })
  expect(await status('')).toMatchObject({
    phase: 'Failed',
    reason: 'SysctlForbidden',
    message: `Pod was rejected: forbidden sysctl: ${why}`,
  })
})

test('a seccomp profile that the node has not', async () => {
  await start(`{containers: [${sleeper('c', ', securityContext: {seccompProfile: {type: Localhost, localhostProfile: nope.json}}')}]}`)
  const path = '/var/lib/kubelet/seccomp/nope.json'
  const message = `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`
  expect(await status('.containerStatuses[0].state')).toEqual({ waiting: { message, reason: 'CreateContainerError' } })
  expect(await sh.kubectl('get events --field-selector type=Warning -o custom-columns=M:.message --no-headers')).toContain(
    `Error: ${message}\n`,
  )
})

test.each([
  [
    'that there is',
    'httpd:2.4',
    [
      'Scheduled <none>',
      'Pulled <none>',
      'Pulling spec.containers{c}',
      'Pulled spec.containers{c}',
      'Created spec.containers{c}',
      'Started spec.containers{c}',
    ],
  ],
  [
    'that there is not',
    'nginx:nope',
    ['Scheduled <none>', 'Pulling <none>', 'Failed <none>', 'Failed spec.containers{c}', 'BackOff <none>', 'Failed spec.containers{c}'],
  ],
])('an image %s as a volume comes before its container', async (_name, image, events) => {
  await start(
    `{containers: [${sleeper('c', ', volumeMounts: [{name: i, mountPath: /i}]')}], volumes: [{name: i, image: {reference: "${image}"}}]}`,
  )
  const rows = await sh.kubectl('get events -o custom-columns=R:.reason,F:.involvedObject.fieldPath --no-headers')
  const said = rows
    .trimEnd()
    .split('\n')
    .map((row) => row.replace(/ +/g, ' ').trim())
  expect(said.slice(0, events.length)).toEqual(events)
})
