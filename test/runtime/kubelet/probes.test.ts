// Probes that fail in ways of their own: what events say, and how long a container has to end.
import { TestCluster } from './harness'

const pod = (container: string) => `spec:\n  terminationGracePeriodSeconds: 30\n  containers:\n    - { name: c, ${container} }`

test.each([
  [
    "a probe's own grace period",
    'image: busybox, command: [sleep, "3600"], livenessProbe: { exec: { command: ["false"] }, failureThreshold: 1, terminationGracePeriodSeconds: 4 }',
    5,
    1,
  ],
  [
    "the Pod's grace period",
    'image: busybox, command: [sleep, "3600"], livenessProbe: { exec: { command: ["false"] }, failureThreshold: 1 }',
    29,
    0,
  ],
  [
    'a start-up probe with a grace period',
    'image: busybox, command: [sleep, "3600"], startupProbe: { exec: { command: ["false"] }, failureThreshold: 1, terminationGracePeriodSeconds: 4 }',
    5,
    1,
  ],
])('%s', (_name, container, seconds, restarts) => {
  const cluster = new TestCluster()
  cluster.createPod('p', pod(container))
  cluster.playTo(seconds)
  expect(cluster.pod('p').status.containerStatuses![0].restartCount).toBe(restarts)
})

test.each([
  [
    'gRPC of a server that does not speak it',
    'image: nginx, livenessProbe: { grpc: { port: 80 } }',
    /^Liveness probe failed: timeout: failed to connect service "[\d.]+:80" within 1s: context deadline exceeded$/,
  ],
  [
    'a command that takes too long',
    'image: busybox, command: [sleep, "3600"], readinessProbe: { exec: { command: [sleep, "5"] }, timeoutSeconds: 2 }',
    /^Readiness probe failed: command timed out: "sleep 5" timed out after 2s$/,
  ],
  [
    'a port without that name',
    'image: nginx, readinessProbe: { httpGet: { port: nope } }',
    /^Readiness probe errored and resulted in unknown state: port "nope" not found$/,
  ],
])('%s', (_name, container, message) => {
  const cluster = new TestCluster()
  cluster.createPod('p', pod(container))
  cluster.playTo(12)
  const unhealthy = cluster.events('p').filter(([, , reason]) => reason === 'Unhealthy')
  expect(unhealthy.map(([, , , text]) => text)).toEqual([expect.stringMatching(message)])
})
