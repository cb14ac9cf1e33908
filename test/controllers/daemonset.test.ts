import type { Node, Pod, Taint } from '../../src/api/types'
import type { ControllerRevision, DaemonSet } from '../../src/api/workloads'
import { daemonSetController } from '../../src/controllers/daemonset'
import { podTemplateHash } from '../../src/schema/pod-template-hash'
import { FakeCluster } from './fake-client'

const RESOURCE = 'daemonsets.apps'

function addNode(c: FakeCluster, name: string, labels: Record<string, string> = {}, taints?: Taint[]): void {
  c.create<Node>({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { ...(taints && { taints }) } })
}
/** Pods start on the node their affinity names. */
function cluster(nodes = 3): FakeCluster {
  const c = new FakeCluster([daemonSetController])
  for (let i = 1; i <= nodes; i++) addNode(c, `node-${i}`, { disk: i === 1 ? 'ssd' : 'hdd' })
  return c
}
function runPods(c: FakeCluster): void {
  c.runPods()
  const run = c.onPod
  c.onPod = (pod) => {
    if (pod.metadata.deletionTimestamp || pod.spec.nodeName) run(pod)
    else c.start([pod], true, meant(pod))
  }
}
function meant(pod: Pod): string {
  const affinity = pod.spec.affinity as {
    nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: { matchFields: { values: string[] }[] }[] } }
  }
  return affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values[0]
}
function add(c: FakeCluster, spec: Partial<DaemonSet['spec']> = {}, pod: Partial<Pod['spec']> = {}): void {
  c.create<DaemonSet>({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', annotations: { 'deprecated.daemonset.template.generation': '1' } },
    spec: {
      selector: { matchLabels: { app: 'agent' } },
      template: { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...pod } },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      revisionHistoryLimit: 10,
      ...spec,
    },
  })
  c.settle()
}
const get = (c: FakeCluster) => c.get<DaemonSet>(RESOURCE, 'default', 'agent')!
const pods = (c: FakeCluster) => c.list<Pod>('pods', 'default')
const targets = (c: FakeCluster) =>
  pods(c)
    .filter((p) => !p.metadata.deletionTimestamp)
    .map(meant)
    .sort()
const images = (c: FakeCluster) =>
  pods(c)
    .map((p) => p.spec.containers[0].image)
    .sort()
function setImage(c: FakeCluster, image: string): void {
  const set = get(c)
  c.update<DaemonSet>({ ...set, spec: { ...set.spec, template: { ...set.spec.template, spec: { containers: [{ name: 'c', image }] } } } })
  c.settle()
}

test('one pod a node, placed by affinity, with tolerations and hash', () => {
  const c = cluster()
  add(c, {}, { tolerations: [{ key: 'mine', operator: 'Exists' }] })
  expect(targets(c)).toEqual(['node-1', 'node-2', 'node-3'])
  const [pod] = pods(c)
  const revision = c.list<ControllerRevision>('controllerrevisions.apps', 'default')[0]
  const hash = revision.metadata.labels!['controller-revision-hash']
  expect(revision.metadata.name).toBe(`agent-${hash}`)
  expect(hash).toBe(podTemplateHash(get(c).spec.template))
  expect(pod.metadata.labels).toEqual({ app: 'agent', 'pod-template-generation': '1', 'controller-revision-hash': hash })
  expect(pod.spec.nodeName).toBeUndefined()
  expect(pod.spec.tolerations!.map((t) => `${t.key}:${t.effect ?? ''}`)).toEqual([
    'mine:',
    'node.kubernetes.io/not-ready:NoExecute',
    'node.kubernetes.io/unreachable:NoExecute',
    'node.kubernetes.io/disk-pressure:NoSchedule',
    'node.kubernetes.io/memory-pressure:NoSchedule',
    'node.kubernetes.io/pid-pressure:NoSchedule',
    'node.kubernetes.io/unschedulable:NoSchedule',
  ])
  expect(c.eventLines().sort()).toEqual(
    pods(c)
      .map((p) => `Normal SuccessfulCreate Created pod: ${p.metadata.name}`)
      .sort(),
  )
})

test.each([
  { name: 'a node selector', pod: { nodeSelector: { disk: 'ssd' } }, want: ['node-1'] },
  { name: 'no toleration of a taint', pod: {}, taint: { key: 'gpu', effect: 'NoSchedule' }, want: ['node-1', 'node-2', 'node-3'] },
  {
    name: 'a toleration',
    pod: { tolerations: [{ operator: 'Exists' }] },
    taint: { key: 'gpu', effect: 'NoSchedule' },
    want: ['node-1', 'node-2', 'node-3', 'node-4'],
  },
  {
    name: 'a cordoned node',
    pod: {},
    taint: { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' },
    want: ['node-1', 'node-2', 'node-3', 'node-4'],
  },
])('$name', ({ pod, taint, want }) => {
  const c = cluster()
  if (taint) addNode(c, 'node-4', {}, [taint])
  add(c, {}, pod)
  expect(targets(c)).toEqual(want)
})

test.each([
  { name: 'a NoSchedule taint lets the pod stay', effect: 'NoSchedule', left: 3, misscheduled: 1 },
  { name: 'a NoExecute taint drives it out', effect: 'NoExecute', left: 2, misscheduled: 0 },
])('$name', ({ effect, left, misscheduled }) => {
  const c = cluster()
  runPods(c)
  add(c)
  const node = c.get<Node>('nodes', undefined, 'node-2')!
  c.update<Node>({ ...node, spec: { taints: [{ key: 'x', effect }] } })
  c.settle()
  expect(pods(c)).toHaveLength(left)
  expect(get(c).status).toMatchObject({ desiredNumberScheduled: 2, numberMisscheduled: misscheduled })
})

test('status, and a node that joins', () => {
  const c = cluster(2)
  runPods(c)
  add(c)
  addNode(c, 'node-9')
  c.settle()
  expect(get(c).status).toEqual({
    observedGeneration: 1,
    desiredNumberScheduled: 3,
    currentNumberScheduled: 3,
    numberMisscheduled: 0,
    numberReady: 3,
    numberAvailable: 3,
    updatedNumberScheduled: 3,
  })
})

test.each([
  {
    phase: 'Failed' as const,
    line: /^Warning FailedDaemonPod Found failed daemon pod default\/agent-\w+ on node node-1, will try to kill it$/,
  },
  {
    phase: 'Succeeded' as const,
    line: /^Normal SucceededDaemonPod Found succeeded daemon pod default\/agent-\w+ on node node-1, will try to delete it$/,
  },
])('a pod that $phase is replaced', ({ phase, line }) => {
  const c = cluster(1)
  runPods(c)
  add(c)
  const { name, uid } = pods(c)[0].metadata
  c.setPod('default', name, phase)
  c.settle()
  expect(pods(c).map((p) => p.metadata.uid)).not.toContain(uid)
  expect(pods(c)).toHaveLength(1)
  expect(c.eventLines().filter((e) => line.test(e))).toHaveLength(1)
})

test('a rolling update takes one node after the other', () => {
  const c = cluster()
  runPods(c)
  add(c)
  c.onPod = () => {}
  setImage(c, 'nginx:2')
  expect(pods(c).filter((p) => p.metadata.deletionTimestamp)).toHaveLength(1)
  expect(get(c).status).toMatchObject({ observedGeneration: 2 })
  expect(get(c).status.updatedNumberScheduled).toBeUndefined()
  runPods(c)
  const gone = pods(c).find((p) => p.metadata.deletionTimestamp)!
  c.remove('pods', 'default', gone.metadata.name)
  c.settle()
  expect(images(c)).toEqual(['nginx:2', 'nginx:2', 'nginx:2'])
})

test('maxSurge starts the new pod beside the old one', () => {
  const c = cluster(2)
  runPods(c)
  add(c, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } })
  c.onPod = () => {}
  setImage(c, 'nginx:2')
  expect(images(c)).toEqual(['nginx:1', 'nginx:1', 'nginx:2'])
  runPods(c)
  const fresh = pods(c).find((p) => !p.spec.nodeName)!
  c.start([fresh], true, meant(fresh))
  c.settle()
  expect(images(c)).toEqual(['nginx:2', 'nginx:2'])
})

test('OnDelete replaces a pod when the user deletes it', () => {
  const c = cluster(2)
  runPods(c)
  add(c, { updateStrategy: { type: 'OnDelete' } })
  setImage(c, 'nginx:2')
  expect(images(c)).toEqual(['nginx:1', 'nginx:1'])
  c.delete('pods', 'default', pods(c)[0].metadata.name)
  c.settle()
  expect(images(c)).toEqual(['nginx:1', 'nginx:2'])
})
