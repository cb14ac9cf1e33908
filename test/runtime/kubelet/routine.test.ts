// A long time of probes that pass, or go on failing, played at once leaves the same state, byte for byte, as the same time played in short steps.
import { type Fault, putFault } from '../../../src/faults'
import { START, stateText, TestCluster } from './harness'

const WORKLOADS = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: c
          image: nginx:1.25
          startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 }
          readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 3 }
          livenessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 10 }
---
apiVersion: v1
kind: Pod
metadata: { name: several, namespace: default }
spec:
  containers:
    - name: file
      image: busybox
      command: [sh, -c, "touch /tmp/healthy; sleep 100000"]
      livenessProbe: { exec: { command: [cat, /tmp/healthy] }, periodSeconds: 5 }
    - name: apache
      image: httpd
      readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 7, initialDelaySeconds: 30 }
    - name: clock
      image: busybox
      command: [sh, -c, "while true; do date; sleep 97; done"]
---
apiVersion: v1
kind: Pod
metadata: { name: api, namespace: default }
spec:
  containers:
    - name: db
      image: mongo:3.3
    - name: api
      image: vfarcic/go-demo-2
      env: [{ name: DB, value: localhost }]
      readinessProbe: { httpGet: { path: /demo/hello, port: 8080 }, periodSeconds: 1 }
      livenessProbe: { httpGet: { path: /demo/hello, port: 8080 }, periodSeconds: 5 }
---
apiVersion: v1
kind: Pod
metadata: { name: fails, namespace: default }
spec:
  containers:
    - name: c
      image: nginx:1.25
      readinessProbe: { httpGet: { path: /no, port: 80 }, periodSeconds: 20 }
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: job, namespace: default }
spec:
  schedule: "*/7 * * * *"
  jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: busybox, command: [echo, hi] }] } } } }
`

/** Each of these fails or warns all the time, in its own way. */
const FAILING = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: unready, namespace: default }
spec:
  replicas: 3
  selector: { matchLabels: { app: unready } }
  template:
    metadata: { labels: { app: unready } }
    spec:
      containers:
        - name: c
          image: nginx:1.25
          readinessProbe: { httpGet: { path: /no, port: 80 }, periodSeconds: 10, failureThreshold: 5 }
          livenessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 10 }
---
apiVersion: v1
kind: Pod
metadata: { name: in-many-ways, namespace: default }
spec:
  containers:
    - name: refused
      image: nginx:1.25
      readinessProbe: { tcpSocket: { port: 81 }, periodSeconds: 3 }
    - name: file
      image: busybox
      command: [sleep, "100000"]
      readinessProbe: { exec: { command: [cat, /no] }, periodSeconds: 7 }
    - name: errs
      image: httpd
      livenessProbe: { exec: { command: [/no/such/program] }, periodSeconds: 9 }
---
apiVersion: v1
kind: Pod
metadata: { name: restarted, namespace: default }
spec:
  containers:
    - name: c
      image: nginx:1.25
      livenessProbe: { httpGet: { path: /no, port: 80 }, periodSeconds: 10 }
---
apiVersion: v1
kind: Pod
metadata: { name: dated, namespace: default }
spec:
  containers:
    - name: c
      image: busybox
      command: [sleep, "100000"]
      readinessProbe: { exec: { command: [sh, -c, "date; false"] }, periodSeconds: 31 }
`

const FAULTS: Fault[] = [
  { id: 'probe-1', kind: 'probe', addedAt: START, pod: 'several', container: 'apache' },
  { id: 'reply-1', kind: 'reply', addedAt: START, until: START + 1_234_567, pod: 'api', container: 'api', code: 500 },
  { id: 'network-1', kind: 'network', addedAt: START, pod: 'fails', rate: 0.5 },
  { id: 'crash-1', kind: 'crash', addedAt: START, pod: 'in-many-ways', container: 'file', everyMs: 700_000 },
  { id: 'node-1', kind: 'node', addedAt: START + 600_000, until: START + 1_700_000, node: 'node-2' },
]

interface Scene {
  more?: string
  faults?: Fault[]
}

function played(step: number, until: number, { more, faults = [] }: Scene = {}): TestCluster {
  const cluster = new TestCluster(2)
  cluster.create(WORKLOADS)
  if (more) cluster.create(more)
  for (const fault of faults) putFault(cluster.cluster.world.records, fault)
  for (let at = step; at < until; at += step) cluster.playTo(at)
  cluster.playTo(until)
  return cluster
}

test.each<[name: string, until: number, scene: Scene]>([
  ['probes that pass', 3000, {}],
  ['probes that fail, for longer than their events last', 3700, { more: FAILING }],
  ['faults and failing probes', 2000, { faults: FAULTS, more: FAILING }],
])('the same state as in short steps: %s', (_, at, scene) => {
  expect(stateText(played(at, at, scene))).toBe(stateText(played(7, at, scene)))
})

test('the looks that are skipped are in the logs and in what programs count', () => {
  const cluster = new TestCluster(1)
  cluster.create(WORKLOADS)
  cluster.playTo(1000)
  const text = stateText(cluster)
  // 1000 looks at readiness and 200 at liveness, and those of the first second.
  expect(/"200 GET \/demo\/hello":\[0,(\d+),/.exec(text)?.[1]).toBe('1202')
  const times = [...text.matchAll(/"(\d+)oGET request to \/demo\/hello|"(\d+)e[\d/]+ [\d:]+ GET request to \/demo\/hello"/g)].map((m) =>
    Number(m[1] ?? m[2]),
  )
  expect(times.length).toBeGreaterThanOrEqual(500)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(new Set(times).size).toBeGreaterThan(400)
})
