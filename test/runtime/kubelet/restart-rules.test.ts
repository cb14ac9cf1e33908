// Restarts that a container's own policy and its rules on exit codes decide; variables from files; words of what cannot be started.
import type { Pod } from '../../../src/api/types'
import { readLog } from '../../../src/runtime/logs'
import { TestCluster } from './harness'

const box = (name: string, script: string, more = '') =>
  `{name: ${name}, image: busybox, command: [sh, -c, ${JSON.stringify(script)}]${more}}`
const rule = (action: string, code: number, policy = 'Never') =>
  `, restartPolicy: ${policy}, restartPolicyRules: [{action: ${action}, exitCodes: {operator: In, values: [${code}]}}]`

function played(spec: string, seconds: number): { cluster: TestCluster; pod: Pod } {
  const cluster = new TestCluster()
  cluster.createPod('p', `spec: {${spec}}`)
  cluster.playTo(seconds)
  return { cluster, pod: cluster.pod('p') }
}

test.each<[string, string, string, string, number]>([
  [
    'a rule restarts what its Pod would not',
    `restartPolicy: Never, containers: [${box('c', 'exit 42', rule('Restart', 42))}]`,
    'Running',
    'Error',
    3,
  ],
  ['another code does not', `restartPolicy: Never, containers: [${box('c', 'exit 41', rule('Restart', 42))}]`, 'Failed', 'Error', 0],
  [
    "its own policy comes before the Pod's",
    `restartPolicy: Always, containers: [${box('c', 'exit 1', ', restartPolicy: Never')}]`,
    'Failed',
    'Error',
    0,
  ],
  [
    'and after a good end',
    `restartPolicy: Always, containers: [${box('c', 'exit 0', ', restartPolicy: OnFailure')}]`,
    'Succeeded',
    'Completed',
    0,
  ],
  [
    'an init container as well',
    `restartPolicy: Never, initContainers: [${box('i', 'exit 42', rule('Restart', 42))}], containers: [${box('c', 'sleep 9')}]`,
    'Pending',
    'Init:Error',
    3,
  ],
])('%s', (_name, spec, phase, status, restarts) => {
  const { cluster, pod } = played(spec, 60)
  expect(pod.status.phase).toBe(phase)
  expect(cluster.shown.get('p')!.at(-1)!.slice(2)).toEqual([status, String(restarts)])
})

test('a rule restarts all, from the init containers on', () => {
  const spec = `initContainers: [${box('i', 'echo init')}], containers: [${box('a', 'sleep 30; exit 88', rule('RestartAllContainers', 88, 'Never'))}, ${box('b', 'sleep 1000')}]`
  const { cluster, pod } = played(spec, 20)
  const condition = (p: Pod) => p.status.conditions!.find((c) => c.type === 'AllContainersRestarting')
  expect(condition(pod)).toMatchObject({ status: 'False' })
  cluster.playTo(50)
  const after = cluster.pod('p')
  const told = [...after.status.initContainerStatuses!, ...after.status.containerStatuses!]
  expect(told.map(({ name, restartCount }) => [name, restartCount])).toEqual([
    ['i', 1],
    ['a', 1],
    ['b', 1],
  ])
  expect(told[2].state.running?.startedAt).toBe('2026-11-24T00:00:30Z')
  expect(told[2].lastState.terminated).toEqual({
    exitCode: 137,
    finishedAt: null,
    message: 'The container is removed because RestartAllContainers in place',
    reason: 'RestartingAllContainers',
    startedAt: null,
  })
  expect(after.status.phase).toBe('Running')
  expect(condition(after)).toMatchObject({ status: 'False' })
})

test('a Pod that restarts all at once does so once a second', () => {
  const { pod } = played(`containers: [${box('a', 'exit 88', rule('RestartAllContainers', 88))}, ${box('b', 'sleep 1000')}]`, 10)
  expect(pod.status.containerStatuses!.map((s) => s.restartCount)).toEqual([10, 10])
})

test('variables come from a file that an init container wrote', () => {
  const volumes = 'volumes: [{name: v, emptyDir: {}}]'
  const write = box('i', `printf "# said\\nA='one\\ntwo' # end\\nB= 'x'\\n" > /v/env`, ', volumeMounts: [{name: v, mountPath: /v}]')
  const from = (key: string, optional: boolean) =>
    `{name: ${key}, valueFrom: {fileKeyRef: {volumeName: v, path: env, key: ${key}, optional: ${optional}}}}`
  const good = `${volumes}, initContainers: [${write}], containers: [${box('c', 'echo "$A/$B/"; sleep 1000', `, env: [${from('A', false)}, ${from('B', true)}]`)}]`
  const { cluster, pod: reader } = played(good, 5)
  const lines = readLog(cluster.cluster.server.storage.records, reader.metadata.uid, 'c', 0)
  expect(lines?.map(({ text }) => text)).toEqual(['one', 'two//'])
  const bad = `${volumes}, initContainers: [${write}], containers: [${box('c', 'sleep 1', `, env: [${from('C', false)}]`)}]`
  const { pod } = played(bad, 15)
  expect(pod.status.containerStatuses![0].state.waiting).toEqual({
    message: `environment variable key "C" not found in file "/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/v/env"`,
    reason: 'CreateContainerConfigError',
  })
})

test('all that a projected volume lacks is told', () => {
  const sources = '[{configMap: {name: kube-root-ca.crt, items: [{key: zz, path: q}]}}, {secret: {name: nope}}]'
  const { cluster } = played(
    `volumes: [{name: v, projected: {sources: ${sources}}}], containers: [${box('c', 'sleep 1', ', volumeMounts: [{name: v, mountPath: /v}]')}]`,
    2,
  )
  expect(cluster.events('p').map(([, , , message]) => message)).toContain(
    'MountVolume.SetUp failed for volume "v" : [configmap references non-existent config key: zz, secret "nope" not found]',
  )
})

test('a working directory must be one', () => {
  const { pod } = played(`containers: [${box('c', 'sleep 1', ', workingDir: /etc/passwd')}]`, 1)
  expect(pod.status.containerStatuses![0].lastState.terminated?.message).toMatch(
    /error during container init: chdir to cwd \("\/etc\/passwd"\) set in config\.json failed: not a directory$/,
  )
})
