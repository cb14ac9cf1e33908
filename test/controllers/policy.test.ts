import type { Deployment, KubeObject, Pod } from '../../src/api/types'
import type { HorizontalPodAutoscaler, PodDisruptionBudget, ResourceQuota } from '../../src/api/workloads'
import { clusterRoleAggregationController } from '../../src/controllers/cluster-role-aggregation'
import { customResourceDefinitionController } from '../../src/controllers/crd'
import { disruptionController } from '../../src/controllers/disruption'
import { horizontalPodAutoscaler } from '../../src/controllers/hpa'
import { podGcController } from '../../src/controllers/pod-gc'
import { resourceQuotaController } from '../../src/controllers/resource-quota'
import { FakeCluster } from './fake-client'

function addPod(c: FakeCluster, name: string, owner?: KubeObject, node?: string): void {
  c.create<Pod>({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'default',
      labels: { app: 'web' },
      ...(owner && {
        ownerReferences: [
          { apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true },
        ],
      }),
    },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '100m' } } }], ...(node && { nodeName: node }) },
  })
  c.setPod('default', name, 'Running', true)
  c.settle()
}
function addDeployment(c: FakeCluster, replicas: number): KubeObject {
  const d = c.create<Deployment>({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas } as Deployment['spec'],
  })
  c.settle()
  return d
}

describe('resource quota', () => {
  const quota = (c: FakeCluster) => c.get<ResourceQuota>('resourcequotas', 'default', 'q')!.status
  test('counts what is there and follows it', () => {
    const c = new FakeCluster([resourceQuotaController])
    c.create<ResourceQuota>({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q', namespace: 'default' },
      spec: { hard: { services: '1', pods: '2', 'requests.cpu': '1' } },
    })
    c.settle()
    expect(quota(c)).toEqual({
      hard: { services: '1', pods: '2', 'requests.cpu': '1' },
      used: { pods: '0', 'requests.cpu': '0', services: '0' },
    })
    addPod(c, 'a')
    addPod(c, 'b')
    expect(quota(c).used).toEqual({ pods: '2', 'requests.cpu': '200m', services: '0' })
    c.setPod('default', 'a', 'Succeeded')
    c.remove('pods', 'default', 'b')
    c.settle()
    expect(quota(c).used).toEqual({ pods: '0', 'requests.cpu': '0', services: '0' })
  })
})

describe('disruption budget', () => {
  function add(c: FakeCluster, spec: Partial<PodDisruptionBudget['spec']>): void {
    c.create<PodDisruptionBudget>({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'pdb', namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    })
    c.settle()
  }
  const status = (c: FakeCluster) => c.get<PodDisruptionBudget>('poddisruptionbudgets.policy', 'default', 'pdb')!.status

  test('without pods it allows nothing', () => {
    const c = new FakeCluster([disruptionController])
    add(c, { minAvailable: 1 })
    expect(status(c)).toEqual({
      conditions: [
        {
          type: 'DisruptionAllowed',
          status: 'False',
          reason: 'InsufficientPods',
          message: '',
          observedGeneration: 1,
          lastTransitionTime: '2026-11-23T12:00:00Z',
        },
      ],
      currentHealthy: 0,
      desiredHealthy: 1,
      disruptionsAllowed: 0,
      expectedPods: 0,
      observedGeneration: 1,
    })
    expect(c.eventLines()[0]).toBe('Normal NoPods No matching pods found')
  })

  test.each([
    { name: 'minAvailable 1', spec: { minAvailable: 1 }, want: { expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 } },
    { name: 'minAvailable 50%', spec: { minAvailable: '50%' }, want: { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 } },
    { name: 'maxUnavailable 1', spec: { maxUnavailable: 1 }, want: { expectedPods: 4, desiredHealthy: 3, disruptionsAllowed: 0 } },
    { name: 'maxUnavailable 50%', spec: { maxUnavailable: '50%' }, want: { expectedPods: 4, desiredHealthy: 2, disruptionsAllowed: 1 } },
  ])('$name, with 3 of 4 pods', ({ spec, want }) => {
    const c = new FakeCluster([disruptionController])
    const owner = addDeployment(c, 4)
    for (const name of ['a', 'b', 'c']) addPod(c, name, owner)
    add(c, spec)
    expect(status(c)).toMatchObject({ currentHealthy: 3, ...want })
    c.setPod('default', 'a', 'Running', false)
    c.settle()
    expect(status(c).currentHealthy).toBe(2)
  })

  test.each([
    { name: 'before', at: '2026-11-23T12:00:01Z', healthy: 1 },
    { name: 'since', at: '2026-11-23T11:59:59Z', healthy: 2 },
  ])('of two pods the one that was evicted counts when it came $name', ({ at, healthy }) => {
    const c = new FakeCluster([disruptionController])
    const owner = addDeployment(c, 2)
    for (const name of ['a', 'b']) addPod(c, name, owner)
    add(c, { minAvailable: 1 })
    const budget = c.get<PodDisruptionBudget>('poddisruptionbudgets.policy', 'default', 'pdb')!
    c.updateStatus<PodDisruptionBudget>({ ...budget, status: { ...budget.status, disruptedPods: { a: at } } })
    c.settle()
    expect(status(c).currentHealthy).toBe(healthy)
  })

  test('pods that nobody manages are reported', () => {
    const c = new FakeCluster([disruptionController])
    addPod(c, 'a')
    add(c, { maxUnavailable: 1 })
    expect(c.eventLines()[0]).toMatch(
      /^Warning UnmanagedPods Pods selected by this PodDisruptionBudget \(selector: &LabelSelector\{MatchLabels:map\[string\]string\{app: web,\},MatchExpressions:\[\]LabelSelectorRequirement\{\},\}\) were found to be unmanaged\./,
    )
  })
})

test('a pod of two budgets is told which one counts it', () => {
  const c = new FakeCluster([disruptionController])
  addPod(c, 'a')
  for (const name of ['one', 'two']) {
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }
    c.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace: 'default' }, spec })
  }
  c.settle()
  const message = 'Pod "default"/"a" matches multiple PodDisruptionBudgets.  Chose "one" arbitrarily.'
  expect(c.eventLines().filter((line) => line.includes('multiple'))).toContain(`Warning MultiplePodDisruptionBudgets ${message}`)
})

describe('autoscaler', () => {
  function add(c: FakeCluster, spec: Partial<HorizontalPodAutoscaler['spec']> = {}): void {
    c.create<HorizontalPodAutoscaler>({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'web', namespace: 'default' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
        ...spec,
      },
    })
    c.settle()
  }
  const status = (c: FakeCluster) => c.get<HorizontalPodAutoscaler>('horizontalpodautoscalers.autoscaling', 'default', 'web')!.status
  const size = (c: FakeCluster) => c.get<Deployment>('deployments.apps', 'default', 'web')!.spec.replicas
  const conditions = (c: FakeCluster) => status(c).conditions!.map((x) => `${x.type}=${x.status} ${x.reason}: ${x.message}`)
  const NO_METRICS =
    'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'

  test('no metrics API: conditions and events say so, again every 15 s', () => {
    const c = new FakeCluster([horizontalPodAutoscaler])
    addDeployment(c, 3)
    add(c)
    expect(conditions(c)).toEqual([
      "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
      `ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: ${NO_METRICS}`,
    ])
    expect(status(c)).toMatchObject({ currentReplicas: 3, desiredReplicas: 0, currentMetrics: [{ type: '' }] })
    expect(c.eventLines()).toEqual([
      `Warning FailedGetResourceMetric ${NO_METRICS}`,
      `Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${NO_METRICS}`,
    ])
    c.advance(31)
    expect(c.events).toHaveLength(6)
  })

  test.each([
    { name: 'below', replicas: 1, want: 2, why: 'Current number of replicas below Spec.MinReplicas' },
    { name: 'above', replicas: 9, want: 5, why: 'Current number of replicas above Spec.MaxReplicas' },
  ])('$name its bounds the target is scaled', ({ replicas, want, why }) => {
    const c = new FakeCluster([horizontalPodAutoscaler])
    addDeployment(c, replicas)
    add(c)
    expect(size(c)).toBe(want)
    expect(c.eventLines()).toEqual([`Normal SuccessfulRescale New size: ${want}; reason: ${why}`])
    expect(conditions(c)).toEqual([
      `AbleToScale=True SucceededRescale: the HPA controller was able to update the target scale to ${want}`,
      'ScaledToZero=False NotScaledToZero: the HPA controller did not scale the workload to zero',
    ])
  })

  test('a target that another autoscaler scales, too', () => {
    const c = new FakeCluster([horizontalPodAutoscaler])
    const target = addDeployment(c, 3)
    c.update({ ...target, spec: { ...(target.spec as object), selector: { matchLabels: { app: 'web' } } } })
    addPod(c, 'web-1')
    add(c)
    const first = c.get<HorizontalPodAutoscaler>('horizontalpodautoscalers.autoscaling', 'default', 'web')!
    c.create<HorizontalPodAutoscaler>({ ...first, metadata: { name: 'also', namespace: 'default' }, status: undefined as never })
    c.settle()
    const message = 'pods by selector app=web are controlled by more than one HPA (e.g. [default/also default/web])'
    const also = c.get<HorizontalPodAutoscaler>('horizontalpodautoscalers.autoscaling', 'default', 'also')!.status
    expect(also.conditions![1]).toMatchObject({ type: 'ScalingActive', status: 'False', reason: 'AmbiguousSelector', message })
    expect(c.eventLines().slice(-2)).toEqual([`Warning AmbiguousSelector ${message}`, `Warning FailedComputeMetricsReplicas ${message}`])
    c.advance(16)
    expect(status(c).conditions![1]).toMatchObject({ reason: 'AmbiguousSelector', message })
    expect(status(c).observedGeneration).toBe(first.metadata.generation)
  })

  test('a target at zero is left alone', () => {
    const c = new FakeCluster([horizontalPodAutoscaler])
    addDeployment(c, 0)
    add(c)
    expect(size(c)).toBe(0)
    expect(conditions(c)[1]).toBe('ScalingActive=False ScalingDisabled: scaling is disabled since the replica count of the target is zero')
  })

  test('a target that does not exist', () => {
    const c = new FakeCluster([horizontalPodAutoscaler])
    add(c)
    expect(conditions(c)).toEqual([
      `AbleToScale=False FailedGetScale: the HPA controller was unable to get the target's current scale: deployments.apps "web" not found`,
    ])
    expect(c.eventLines()).toEqual(['Warning FailedGetScale deployments.apps "web" not found'])
  })
})

test('an aggregated cluster role follows the roles it selects', () => {
  const c = new FakeCluster([clusterRoleAggregationController])
  const role = (name: string, more: object) =>
    c.create({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name }, ...more })
  role('sum', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { sum: 'yes' } }] }, rules: [] })
  c.create({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'part', labels: { sum: 'yes' } },
    rules: [{ verbs: ['get'] }],
  })
  c.settle()
  const rules = () => c.get<KubeObject>('clusterroles.rbac.authorization.k8s.io', undefined, 'sum')!.rules
  expect(rules()).toEqual([{ verbs: ['get'] }])
  c.delete('clusterroles.rbac.authorization.k8s.io', undefined, 'part')
  c.settle()
  expect(rules()).toEqual([])
})

describe('custom resource definition', () => {
  const RESOURCE = 'customresourcedefinitions.apiextensions.k8s.io'
  function add(c: FakeCluster, plural: string, shortNames: string[] = []): void {
    c.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural, kind: plural, shortNames },
        versions: [{ name: 'v1', served: true, storage: true }],
      },
    })
    c.settle()
  }
  const status = (c: FakeCluster, name: string) =>
    c.get<KubeObject>(RESOURCE, undefined, `${name}.example.com`)!.status as {
      conditions: { type: string; status: string; reason: string }[]
      storedVersions: string[]
    }

  test('names are accepted and the definition established', () => {
    const c = new FakeCluster([customResourceDefinitionController])
    add(c, 'crons')
    expect(status(c, 'crons')).toMatchObject({
      acceptedNames: { plural: 'crons', singular: 'crons', kind: 'crons', listKind: 'cronsList' },
      conditions: [
        { type: 'NamesAccepted', status: 'True', reason: 'NoConflicts', message: 'no conflicts found' },
        { type: 'Established', status: 'True', reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
      ],
      storedVersions: ['v1'],
    })
  })

  test('a short name that is taken is refused', () => {
    const c = new FakeCluster([customResourceDefinitionController])
    add(c, 'crons', ['ct'])
    add(c, 'others', ['ct'])
    expect(status(c, 'others').conditions.map((x) => [x.type, x.status, x.reason])).toEqual([
      ['NamesAccepted', 'False', 'ShortNamesConflict'],
      ['Established', 'False', 'NotAccepted'],
    ])
  })
})

test('pods of a node that is gone for 40 s are removed', () => {
  const c = new FakeCluster([podGcController])
  for (const name of ['node-1', 'node-2']) c.create({ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: {} })
  addPod(c, 'a', undefined, 'node-1')
  addPod(c, 'b', undefined, 'node-2')
  c.remove('nodes', undefined, 'node-1')
  c.advance(39)
  expect(c.list('pods')).toHaveLength(2)
  c.advance(2)
  expect(c.list('pods').map((p) => p.metadata.name)).toEqual(['b'])
})

test('so are Pods of a node that never was', () => {
  const c = new FakeCluster([podGcController])
  addPod(c, 'a', undefined, 'node-77')
  c.advance(41)
  expect(c.list('pods')).toEqual([])
})
