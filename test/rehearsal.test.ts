// What is repeated by heart is what would have been played: one seed leaves the same cluster behind either way, to the last entry.
import fc from 'fast-check'
import { Rehearsals } from '../src/rehearsal'
import { readState } from '../src/store/file'
import { shell } from './commands/shell'
import { rounds, seed, tried } from './torture/tried'

const FLEET = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 26
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}, annotations: {note: a}}
    spec:
      initContainers: [{name: first, image: busybox, command: [sh, -c, 'echo from $HOSTNAME']}]
      containers:
      - name: main
        image: nginx:1.25
        env:
        - {name: WHO, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: WHERE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: SAID, valueFrom: {configMapKeyRef: {name: settings, key: word}}}
        resources: {requests: {cpu: 10m}}
        readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
        livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 3}
        volumeMounts: [{name: settings, mountPath: /etc/settings}]
      volumes: [{name: settings, configMap: {name: settings}}]
`

const SCENES: { name: string; lines: string[] }[] = [
  {
    name: 'a Deployment with probes, an init container, variables and a volume',
    lines: [
      'create configmap settings --from-literal=word=hello',
      'create -f fleet.yml',
      'expose deployment web --port=80',
      'cluster advance 4s',
      'set image deployment/web main=nginx:1.26',
      'cluster advance 5s',
      'scale deployment web --replicas=5',
      'cluster advance 2s',
    ],
  },
  {
    name: 'images that are missing, programs that end, nodes that are full',
    lines: [
      'create deployment none --image=nosuchimage:1 --replicas=16',
      'create deployment gone --image=busybox --replicas=16',
      'create deployment big --image=nginx --replicas=0',
      'set resources deployment big --requests=cpu=300m',
      'scale deployment big --replicas=30',
      'cluster advance 5s',
      'scale deployment big --replicas=10',
      'delete deployment gone',
      'cluster advance 1s',
    ],
  },
  {
    name: 'a quota in the way, a fault, a short name',
    lines: [
      'create quota few --hard=pods=25',
      'create deployment a --image=nginx --replicas=40',
      'cluster advance 5s',
      'delete quota few',
      'cluster advance 10m',
      'fault add crash deployment/a',
      'cluster advance 1m',
    ],
  },
  {
    name: 'a node that is down when new Pods come to it, found by chance',
    lines: ['create deployment web --image=nginx --replicas=30', 'fault add node node-3', 'create deployment a --image=nginx --replicas=8'],
  },
  {
    name: 'a node whose name stands in a text by chance, found by chance',
    lines: ['create deployment web --image=nginx --replicas=30', 'scale deployment web --replicas=5', 'scale deployment web --replicas=40'],
  },
]

async function entriesAfter(lines: string[]): Promise<Map<string, unknown>> {
  const box = shell(3)
  try {
    box.write('fleet.yml', FLEET)
    for (const line of lines) {
      const answer = await box.kubectl(line)
      if (/failed unexpectedly/.test(answer)) throw new Error(answer)
    }
    const state = readState(box.path('state.json'))!
    const entries = new Map<string, unknown>([['header', state.header]])
    for (const topic of state.topics()) if (topic !== '~shapes') for (const key of state.keys(`${topic}/`)) entries.set(key, state.get(key))
    return entries
  } finally {
    box.remove()
  }
}

afterEach(() => jest.restoreAllMocks())

async function same(lines: string[]): Promise<number> {
  const repeated = jest.spyOn(Rehearsals.prototype, 'performed')
  const byHeart = await entriesAfter(lines)
  const times = repeated.mock.calls.length
  jest.spyOn(Rehearsals.prototype, 'alike').mockImplementation((_role, _among, _subject, _identity, play) => play())
  const played = await entriesAfter(lines)
  jest.restoreAllMocks()
  expect([...byHeart.keys()].filter((key) => !played.has(key))).toEqual([])
  expect([...played.keys()].filter((key) => !byHeart.has(key))).toEqual([])
  for (const [key, value] of byHeart) expect([key, value]).toEqual([key, played.get(key)])
  return times
}

test.each(SCENES)('$name', async ({ lines }) => {
  expect(await same(lines)).toBeGreaterThan(30)
})

const name = fc.constantFrom('web', 'a')
const count = fc.integer({ min: 0, max: 30 })
const command = fc.oneof(
  fc.tuple(name, count).map(([n, c]) => `create deployment ${n} --image=nginx:1.25 --replicas=${c}`),
  { weight: 3, arbitrary: fc.tuple(name, count).map(([n, c]) => `scale deployment ${n} --replicas=${c}`) },
  fc
    .tuple(name, fc.constantFrom('nginx:1.26', 'busybox', 'redis', 'nosuchimage:1'))
    .map(([n, image]) => `set image deployment/${n} *=${image}`),
  name.map((n) => `expose deployment ${n} --port=80`),
  name.map((n) => `rollout restart deployment ${n}`),
  name.map((n) => `delete pods -l app=${n} --now`),
  name.map((n) => `delete pods -l app=${n} --wait=false`),
  name.map((n) => `label pods -l app=${n} app-`),
  name.map((n) => `delete deployment ${n} --cascade=orphan`),
  fc.constantFrom('drain node-2 --force', 'uncordon node-2', 'taint node node-1 a=b:NoExecute', 'create quota q --hard=pods=40'),
  fc.constantFrom('fault add crash deployment/web', 'fault add node node-3', 'fault clear', 'set env deployment/web A=b'),
  fc.integer({ min: 1, max: 40 }).map((seconds) => `cluster advance ${seconds}s`),
)

test('any commands', async () => {
  const runs = rounds(40)
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 3, maxLength: 8 }), async (lines) => {
      await same(['create deployment web --image=nginx:1.25 --replicas=30', ...lines])
    }),
    { numRuns: runs, seed },
  )
  tried('random commands with and without repeating by heart', runs)
}, 600_000)
