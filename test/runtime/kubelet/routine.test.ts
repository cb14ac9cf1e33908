// A long time of passing probes played at once leaves the same state, byte for byte, as the same time played in short steps.
import { stateText, TestCluster } from './harness'

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

function played(step: number, until: number): TestCluster {
  const cluster = new TestCluster(2)
  cluster.create(WORKLOADS)
  for (let at = step; at < until; at += step) cluster.playTo(at)
  cluster.playTo(until)
  return cluster
}

test('the same state as in short steps', () => {
  const at = 3000
  expect(stateText(played(at, at))).toBe(stateText(played(7, at)))
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
