// logs, exec and attach in kubectl's words where flags, times, containers or namespaces are wrong; tail counts bytes.
import { type Shell, shell } from './shell'

const POD = `apiVersion: v1
kind: Pod
metadata: {name: one, labels: {app: x}}
spec: {containers: [{name: c, image: "busybox:1.36", command: [sh, -c, "for i in 1 2 3; do echo line $i; done; sleep 3600"]}]}
`
const PARSING = 'error: parsing time'
const LAYOUT = 'as "2006-01-02T15:04:05Z07:00": cannot parse'

let box: Shell
beforeAll(async () => {
  box = shell()
  box.write('one.yaml', POD)
  await box.kubectl('create -f one.yaml')
  await box.kubectl('create deployment zero --image=nginx --replicas=0')
})
afterAll(() => box.remove())

test.each([
  [
    'less than half a second',
    'logs one --since=1ms',
    'The PodLogOptions "" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0\n[exit 1]',
  ],
  ['half a second is one', 'logs one --since=500ms --tail=1', 'line 3\n'],
  ['a date alone', 'logs one --since-time=2026-11-23', `${PARSING} "2026-11-23" ${LAYOUT} "" as "T"\n[exit 1]`],
  ['no zone', 'logs one --since-time=2026-11-23T17:00:00', `${PARSING} "2026-11-23T17:00:00" ${LAYOUT} "" as "Z07:00"\n[exit 1]`],
  ['too much', 'logs one --since-time=2026-11-23T17:00:00Zx', `${PARSING} "2026-11-23T17:00:00Zx": extra text: "x"\n[exit 1]`],
  ['a 13th month', 'logs one --since-time=2026-13-23T17:00:00Z', `${PARSING} "2026-13-23T17:00:00Z": month out of range\n[exit 1]`],
  ['a 30th of February', 'logs one --since-time=2026-02-30T17:00:00Z', `${PARSING} "2026-02-30T17:00:00Z": day out of range\n[exit 1]`],
  ['a 25th hour', 'logs one --since-time=2026-11-23T25:00:00Z', `${PARSING} "2026-11-23T25:00:00Z": hour out of range\n[exit 1]`],
  ['a 60th minute', 'logs one --since-time=2026-11-23T17:60:00Z', `${PARSING} "2026-11-23T17:60:00Z": minute out of range\n[exit 1]`],
  ['no patience', 'logs deployment/zero --pod-running-timeout=0s', 'error: --pod-running-timeout must be higher than zero\n[exit 1]'],
  [
    'no patience of exec',
    'exec deployment/zero --pod-running-timeout=0s -- ls',
    "error: --pod-running-timeout must be higher than zero\nSee 'kubectl exec -h' for help and examples\n[exit 1]",
  ],
  [
    'no patience of attach',
    'attach one --pod-running-timeout=0s',
    "error: --pod-running-timeout must be higher than zero\nSee 'kubectl attach -h' for help and examples\n[exit 1]",
  ],
  [
    'a file and a name',
    'exec one -f one.yaml -- ls',
    'error: resource/name arguments cannot be provided when a path is specified\n[exit 1]',
  ],
  [
    'a log in no namespace',
    'logs one -n nope',
    'error: error from server (NotFound): namespaces "nope" not found in namespace "nope"\n[exit 1]',
  ],
])('%s: %s', async (_name, line, output) => expect(await box.kubectl(line)).toBe(output))

test.each([
  'get pod one -n nope',
  'get pod/one deployment/zero -n nope -o name',
  'describe pod one -n nope',
  'label pod one a=b -n nope',
  'scale deployment zero --replicas=1 -n nope',
  'exec one -n nope -- ls',
  'port-forward one 80 -n nope',
  'rollout status deployment/zero -n nope',
])('no namespace: %s', async (line) => {
  const lines = (await box.kubectl(line)).split('\n')
  expect(new Set(lines.slice(0, -1))).toEqual(new Set(['Error from server (NotFound): namespaces "nope" not found']))
})

test('a namespace that is there does not hide the object that is not', async () => {
  expect(await box.kubectl('get pod one -n kube-system')).toBe('Error from server (NotFound): pods "one" not found\n[exit 1]')
})

test.each([
  ['tail -c+0', 'abcdäf'],
  ['tail -c +5', 'äf'],
  ['tail -c 3', 'äf'],
  ['tail -c 0', ''],
  ['tail +2', ''],
])('%s', async (command, output) => {
  expect(await box.kubectl(`exec one -- sh -c "printf abcdäf | ${command}"`)).toBe(output)
})
