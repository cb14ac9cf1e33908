// The table columns of every kind, by name, and the cells with rules of their own.
import { kindOf } from '../../src/kinds'
import columns from '../fixtures/columns.json'
import { NOW, objects, resourceOf } from './describe-fixtures'

describe('the columns the API server lists', () => {
  test.each(Object.entries(columns as Record<string, string[]>))('%s', (resource, titles) => {
    const parts = resource.split('/')
    const plural = parts[parts.length - 1]
    const kind = kindOf(parts.length === 3 ? `${plural}.${parts[0]}` : plural)
    expect(kind?.columns.map(({ name, wide }) => name + (wide ? ' (WIDE)' : ''))).toEqual(titles.map((title) => title.toUpperCase()))
  })
})

/** The cells of one object of YAML, wide ones too, by column. */
function cells(yaml: string): Record<string, string> {
  const [object] = objects(yaml)
  const kind = kindOf(resourceOf(object))
  return Object.fromEntries((kind?.columns ?? []).map((column) => [column.name, column.cell(object, NOW, true)]))
}

const pod = (spec: string, status: string, metadata = '') =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p, ${metadata}}, spec: {${spec}}, status: {${status}}}`
const ONE = 'containers: [{name: a}]'
const TWO = 'containers: [{name: a}, {name: b}]'
const running = (name: string, ready = true) => `{name: ${name}, ready: ${ready}, restartCount: 0, state: {running: {}}}`
const INIT = 'containers: [{name: a}], initContainers: [{name: i}, {name: j}]'
const SIDECAR = 'containers: [{name: a}], initContainers: [{name: s, restartPolicy: Always}]'

describe('READY, STATUS and RESTARTS of a pod', () => {
  const cases: [name: string, yaml: string, expected: string][] = [
    ['not scheduled', pod(ONE, 'phase: Pending'), '0/1 Pending 0'],
    ['gated', pod(ONE, 'phase: Pending, conditions: [{type: PodScheduled, reason: SchedulingGated}]'), '0/1 SchedulingGated 0'],
    [
      'being created',
      pod(ONE, 'phase: Pending, containerStatuses: [{name: a, restartCount: 0, state: {waiting: {reason: ContainerCreating}}}]'),
      '0/1 ContainerCreating 0',
    ],
    ['running', pod(ONE, `phase: Running, containerStatuses: [${running('a')}]`), '1/1 Running 0'],
    ['not ready', pod(ONE, `phase: Running, containerStatuses: [${running('a', false)}]`), '0/1 Running 0'],
    [
      'in back-off after restarts',
      pod(
        TWO,
        `phase: Running, containerStatuses: [${running('a')}, {name: b, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}},
         lastState: {terminated: {exitCode: 1, finishedAt: "2026-11-23T17:34:00Z"}}}]`,
      ),
      '1/2 CrashLoopBackOff 3 (12s ago)',
    ],
    [
      'restarted, long ago forgotten',
      pod(ONE, 'phase: Running, containerStatuses: [{name: a, ready: true, restartCount: 2, state: {running: {}}}]'),
      '1/1 Running 2',
    ],
    [
      'killed by a signal without a reason',
      pod(ONE, 'phase: Failed, containerStatuses: [{name: a, restartCount: 0, state: {terminated: {exitCode: 137, signal: 9}}}]'),
      '0/1 Signal:9 0',
    ],
    [
      'one container completed, the other ready',
      pod(
        TWO,
        `phase: Running, conditions: [{type: Ready, status: "True"}],
         containerStatuses: [{name: a, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed}}}, ${running('b')}]`,
      ),
      '1/2 Running 0',
    ],
    [
      'one container completed, the pod not ready',
      pod(
        TWO,
        `phase: Running, conditions: [{type: Ready, status: "False"}],
         containerStatuses: [{name: a, restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed}}}, ${running('b')}]`,
      ),
      '1/2 NotReady 0',
    ],
    [
      'second init container',
      pod(
        INIT,
        `phase: Pending, initContainerStatuses: [{name: i, restartCount: 0, state: {terminated: {exitCode: 0}}}, {name: j, restartCount: 0, state: {running: {}}}]`,
      ),
      '0/1 Init:1/2 0',
    ],
    [
      'failing init container',
      pod(
        INIT,
        `phase: Pending, initContainerStatuses: [{name: i, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}},
         lastState: {terminated: {exitCode: 1, finishedAt: "2026-11-23T17:34:02Z"}}}]`,
      ),
      '0/1 Init:CrashLoopBackOff 2 (10s ago)',
    ],
    [
      'init container ended with an error',
      pod(INIT, 'phase: Pending, initContainerStatuses: [{name: i, restartCount: 0, state: {terminated: {exitCode: 3}}}]'),
      '0/1 Init:ExitCode:3 0',
    ],
    [
      'after its init containers',
      pod(
        INIT,
        `phase: Pending, initContainerStatuses: [{name: i, restartCount: 1, state: {terminated: {exitCode: 0}}}],
         containerStatuses: [{name: a, restartCount: 0, state: {waiting: {reason: PodInitializing}}}]`,
      ),
      '0/1 PodInitializing 0',
    ],
    [
      'a sidecar counts',
      pod(
        SIDECAR,
        `phase: Running, initContainerStatuses: [{name: s, started: true, ready: true, restartCount: 1, state: {running: {}},
         lastState: {terminated: {exitCode: 1, finishedAt: "2026-11-23T17:34:02Z"}}}], containerStatuses: [${running('a')}]`,
      ),
      '2/2 Running 1 (10s ago)',
    ],
    [
      'being deleted',
      pod(ONE, `phase: Running, containerStatuses: [${running('a')}]`, 'deletionTimestamp: "2026-11-23T17:34:40Z"'),
      '1/1 Terminating 0',
    ],
    ['deleted after its end', pod(ONE, 'phase: Succeeded', 'deletionTimestamp: "2026-11-23T17:34:40Z"'), '0/1 Succeeded 0'],
    ['deleted on a lost node', pod(ONE, 'phase: Running, reason: NodeLost', 'deletionTimestamp: "2026-11-23T17:34:40Z"'), '0/1 Unknown 0'],
    ['evicted', pod(ONE, 'phase: Failed, reason: Evicted'), '0/1 Evicted 0'],
  ]
  test.each(cases)('%s', (_name, yaml, expected) => {
    const { READY, STATUS, RESTARTS } = cells(yaml)
    expect(`${READY} ${STATUS} ${RESTARTS}`).toBe(expected)
  })
})

describe('other cells', () => {
  const service = (spec: string, status = '{}') =>
    `{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {${spec}}, status: ${status}}`
  const addresses = (count: number) => Array.from({ length: count }, (_, i) => `{ip: 10.0.0.${i + 1}}`).join(', ')
  const job = (spec: string, status: string) =>
    `{apiVersion: batch/v1, kind: Job, metadata: {name: j}, spec: {${spec}}, status: {${status}}}`
  const cases: [name: string, yaml: string, expected: Record<string, string>][] = [
    ['headless service', service('type: ClusterIP, clusterIP: None, clusterIPs: [None]'), { 'CLUSTER-IP': 'None', 'PORT(S)': '<none>' }],
    [
      'node port',
      service('type: NodePort, ports: [{port: 80, nodePort: 30080, protocol: TCP}, {port: 53, protocol: UDP}], externalIPs: [1.2.3.4]'),
      { 'EXTERNAL-IP': '1.2.3.4', 'PORT(S)': '80:30080/TCP,53/UDP', 'CLUSTER-IP': '<none>' },
    ],
    ['pending load balancer', service('type: LoadBalancer'), { 'EXTERNAL-IP': '<pending>' }],
    [
      'load balancer',
      service(
        'type: LoadBalancer, externalIPs: [1.2.3.4]',
        '{loadBalancer: {ingress: [{ip: 9.9.9.9}, {hostname: a.example.com}, {ip: 9.9.9.9}]}}',
      ),
      { 'EXTERNAL-IP': '9.9.9.9,a.example.com,1.2.3.4' },
    ],
    ['external name', service('type: ExternalName, externalName: example.com'), { 'EXTERNAL-IP': 'example.com', SELECTOR: '<none>' }],
    ['no endpoints', '{apiVersion: v1, kind: Endpoints, metadata: {name: e}}', { ENDPOINTS: '<none>' }],
    [
      'many endpoints',
      `{apiVersion: v1, kind: Endpoints, metadata: {name: e}, subsets: [{addresses: [${addresses(5)}], ports: [{port: 80}]}]}`,
      { ENDPOINTS: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 2 more...' },
    ],
    [
      'slice without ports',
      '{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: e}, addressType: IPv4, endpoints: null, ports: null}',
      { PORTS: '<unset>', ENDPOINTS: '<unset>' },
    ],
    [
      'cordoned node with roles',
      `{apiVersion: v1, kind: Node, metadata: {name: n, labels: {node-role.kubernetes.io/worker: "", node-role.kubernetes.io/control-plane: "", kubernetes.io/role: ci}},
        spec: {unschedulable: true}, status: {conditions: [{type: Ready, status: "False"}]}}`,
      { STATUS: 'NotReady,SchedulingDisabled', ROLES: 'ci,control-plane,worker', 'INTERNAL-IP': '<none>' },
    ],
    [
      'finished job',
      job(
        'completions: 3',
        'succeeded: 3, startTime: "2026-11-23T17:00:00Z", completionTime: "2026-11-23T17:00:07Z", conditions: [{type: Complete, status: "True"}]',
      ),
      { STATUS: 'Complete', COMPLETIONS: '3/3', DURATION: '7s' },
    ],
    [
      'job with a work queue',
      job('parallelism: 4', 'startTime: "2026-11-23T17:34:00Z"'),
      { STATUS: 'Running', COMPLETIONS: '0/1 of 4', DURATION: '12s' },
    ],
    [
      'suspended job',
      job('completions: 1, suspend: true', 'conditions: [{type: Suspended, status: "True"}]'),
      { STATUS: 'Suspended', DURATION: '' },
    ],
    [
      'autoscaler of many metrics',
      `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: h}, spec: {scaleTargetRef: {kind: Deployment, name: web}, maxReplicas: 3,
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}},
                  {type: Resource, resource: {name: memory, target: {type: AverageValue, averageValue: 1Gi}}},
                  {type: Pods, pods: {metric: {name: qps}, target: {type: AverageValue, averageValue: "10"}}}]},
        status: {currentMetrics: [{type: Resource, resource: {name: cpu, current: {averageUtilization: 12, averageValue: 10m}}}]}}`,
      { TARGETS: 'cpu: 12%/80%, memory: <unknown>/1Gi + 1 more...', MINPODS: '<unset>' },
    ],
    [
      'ingress with many hosts',
      `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i}, spec: {tls: [{}], rules: [{host: a}, {host: b}, {host: c}, {host: d}]}}`,
      { HOSTS: 'a,b,c + 1 more...', PORTS: '80, 443', CLASS: '<none>', ADDRESS: '' },
    ],
    [
      'quota',
      `{apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, status: {hard: {pods: "4", limits.cpu: "2", requests.cpu: "1"}, used: {pods: "1"}}}`,
      { REQUEST: 'pods: 1/4, requests.cpu: 0/1', LIMIT: 'limits.cpu: 0/2' },
    ],
    [
      'event of a series',
      `{apiVersion: v1, kind: Event, metadata: {name: e}, involvedObject: {kind: Pod, name: p, fieldPath: "spec.containers{a}"}, message: " x ",
        eventTime: "2026-11-23T17:30:12Z", series: {count: 4, lastObservedTime: "2026-11-23T17:34:10Z"}, reportingComponent: kubelet, reportingInstance: node-1}`,
      {
        'LAST SEEN': '2s',
        'FIRST SEEN': '4m',
        COUNT: '4',
        OBJECT: 'pod/p',
        SOURCE: 'kubelet, node-1',
        MESSAGE: 'x',
        SUBOBJECT: 'spec.containers{a}',
      },
    ],
    [
      'revision of a stateful set',
      `{apiVersion: apps/v1, kind: ControllerRevision, metadata: {name: r, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]}, revision: 2}`,
      { CONTROLLER: 'statefulset.apps/db', REVISION: '2' },
    ],
    [
      'definition of two versions',
      `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: shops.example.com},
        spec: {group: example.com, scope: Namespaced, names: {kind: Shop, plural: shops, shortNames: [sh]},
               versions: [{name: v1, served: true, storage: true}, {name: v1beta1, served: true, storage: false}, {name: v0, served: false, storage: false}]}}`,
      { VERSIONS: 'v1(storage),v1beta1', SHORTNAMES: 'sh', ESTABLISHED: 'false' },
    ],
  ]
  test.each(cases)('%s', (_name, yaml, expected) => {
    expect(cells(yaml)).toMatchObject(expected)
  })
})
