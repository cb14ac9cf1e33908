// Descriptions that no recording holds, checked against what kubectl's source prints.
import { labelFor } from '../../src/kinds/describe/generic'
import { describeYaml } from './describe-fixtures'

describe('labels of fields in the generic description', () => {
  test.each([
    ['creationTimestamp', 'Creation Timestamp'],
    ['apiVersion', 'API Version'],
    ['uid', 'UID'],
    ['podCIDRs', 'Pod CIDRs'],
    ['clusterIP', 'Cluster IP'],
    ['foo.bar/baz', 'foo.bar/baz'],
    ['v1Name', 'v1Name'],
    ['externalURL', 'External URL'],
  ])('%s', (field, label) => expect(labelFor(field)).toBe(label))
})

test('a custom object, every field by name', () => {
  const text = describeYaml(`
apiVersion: example.com/v1
kind: Shop
metadata: {name: corner, namespace: default, generation: 3, uid: u1, labels: {a: b}, managedFields: [{manager: m}]}
spec: {owner: ann, open: true, rooms: [{size: 1.5}, {size: 2}], tags: [x, y], none: null}
`)
  expect(text).toBe(`Name:         corner
Namespace:    default
Labels:       a=b
Annotations:  <none>
API Version:  example.com/v1
Kind:         Shop
Metadata:
  Generation:  3
  UID:         u1
Spec:
  None:   <nil>
  Open:   true
  Owner:  ann
  Rooms:
    Size:  1.5
    Size:  2
  Tags:
    x
    y
Events:  <none>
`)
})

test('events are merged and sorted by their last time', () => {
  const event = (name: string, rest: string) =>
    `---\n{apiVersion: v1, kind: Event, metadata: {name: ${name}, namespace: default}, involvedObject: {kind: ServiceAccount, name: s, namespace: default, uid: u1}, type: Warning, reason: ${name}, message: m, source: {component: c}, ${rest}}\n`
  const text = describeYaml(
    `{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, namespace: default, uid: u1}}\n` +
      event('Late', 'count: 3, firstTimestamp: "2026-11-23T17:32:12Z", lastTimestamp: "2026-11-23T17:34:10Z"') +
      event('Early', 'count: 1, firstTimestamp: "2026-11-23T17:33:12Z", lastTimestamp: "2026-11-23T17:33:12Z"') +
      event('Unknown', 'firstTimestamp: null, lastTimestamp: null, eventTime: null'),
  )
  expect(text.slice(text.indexOf('Events:'))).toBe(
    `Events:
  Type     Reason   Age              From  Message
  ----     ------   ----             ----  -------
  Warning  Unknown  <unknown>        c     m
  Warning  Early    60s              c     m
  Warning  Late     2s (x3 over 2m)  c     m
`,
  )
})

test('long annotations go below their key and are cut', () => {
  const text = describeYaml(
    `{apiVersion: v1, kind: ServiceAccount, metadata: {name: s, annotations: {a: ${'x'.repeat(200)}, b: short, kubectl.kubernetes.io/last-applied-configuration: "{}"}}}`,
  )
  expect(text).toContain(`Annotations:         a:\n                       ${'x'.repeat(138)}...\n                     b: short\n`)
})

test('an autoscaler with behaviour', () => {
  const text = describeYaml(`
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: default, creationTimestamp: "2026-11-23T17:00:00Z"}
spec:
  scaleTargetRef: {kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 4
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]
  behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Pods, value: 1, periodSeconds: 15}]}}
status: {currentReplicas: 2, desiredReplicas: 2}
`)
  expect(text).toBe(`Name:                                                  web
Namespace:                                             default
Labels:                                                <none>
Annotations:                                           <none>
CreationTimestamp:                                     Mon, 23 Nov 2026 17:00:00 +0000
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  <unknown> / 80%
Min replicas:                                          1
Max replicas:                                          4
Behavior:
  Scale Down:
    Stabilization Window: 60 seconds
    Select Policy: Max
    Policies:
      - Type: Pods  Value: 1  Period: 15 seconds
Deployment pods:    2 current / 2 desired
Events:             <none>
`)
})

test('a node with its pods and what they ask for', () => {
  const pod = (name: string, cpu: string, phase = 'Running') =>
    `---\n{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: default, creationTimestamp: "2026-11-23T17:34:00Z"}, spec: {nodeName: node-1, containers: [{name: a, resources: {requests: {cpu: ${cpu}, memory: 64Mi}, limits: {memory: 128Mi}}}]}, status: {phase: ${phase}}}\n`
  const text = describeYaml(
    `
apiVersion: v1
kind: Node
metadata: {name: node-1, labels: {kubernetes.io/os: linux}, creationTimestamp: "2026-11-23T17:00:00Z"}
spec: {podCIDR: 10.244.0.0/24, podCIDRs: [10.244.0.0/24], taints: [{key: k, value: v, effect: NoSchedule}]}
status:
  addresses: [{type: InternalIP, address: 172.18.0.2}]
  capacity: {cpu: "2", memory: 1Gi, pods: "110", ephemeral-storage: 10Gi}
  nodeInfo: {machineID: m, kubeletVersion: v1.37.2}
` +
      pod('a', '500m') +
      pod('b', '250m') +
      pod('done', '1', 'Succeeded'),
  )
  expect(text).toContain('Lease:              Failed to get lease: leases.coordination.k8s.io "node-1" not found\n')
  expect(text).toContain('Taints:             k=v:NoSchedule\nUnschedulable:      false\n')
  expect(text.slice(text.indexOf('Non-terminated'))).toBe(`Non-terminated Pods:          (2 in total)
  Namespace                   Name    CPU Requests  CPU Limits  Memory Requests  Memory Limits  Age
  ---------                   ----    ------------  ----------  ---------------  -------------  ---
  default                     a       500m (25%)    0 (0%)      64Mi (6%)        128Mi (12%)    12s
  default                     b       250m (12%)    0 (0%)      64Mi (6%)        128Mi (12%)    12s
Allocated resources:
  (Total limits may be over 100 percent, i.e., overcommitted.)
  Resource           Requests     Limits
  --------           --------     ------
  cpu                750m (37%)   0 (0%)
  memory             128Mi (12%)  256Mi (25%)
  ephemeral-storage  0 (0%)       0 (0%)
Events:              <none>
`)
})

test('roles join verbs, keep names and addresses apart, and are sorted', () => {
  const text = describeYaml(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: r}
rules:
- {apiGroups: ["", apps], resources: [pods, deployments/scale], verbs: [get]}
- {apiGroups: [""], resources: [pods], verbs: [list]}
- {apiGroups: [""], resources: [secrets], resourceNames: [s], verbs: [get]}
- {nonResourceURLs: [/healthz], verbs: [get]}
`)
  expect(text.slice(text.indexOf('PolicyRule'))).toBe(`PolicyRule:
  Resources               Non-Resource URLs  Resource Names  Verbs
  ---------               -----------------  --------------  -----
  pods                    []                 []              [get list]
                          [/healthz]         []              [get]
  deployments/scale       []                 []              [get]
  secrets                 []                 [s]             [get]
  deployments.apps/scale  []                 []              [get]
  pods.apps               []                 []              [get]
`)
})
