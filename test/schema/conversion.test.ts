// The versions of HorizontalPodAutoscalers and Events: there and back.
import { fromStored, toStored } from '../../src/schema/conversion'

const meta = { name: 'h', namespace: 'default' }
const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' }
const v1 = (spec: object, annotations?: object) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { ...meta, ...(annotations ? { annotations } : {}) },
  spec: { maxReplicas: 3, scaleTargetRef: target, ...spec },
  status: { currentReplicas: 0, desiredReplicas: 0 },
})

describe('HorizontalPodAutoscaler', () => {
  test.each([
    ['cpu alone', v1({ targetCPUUtilizationPercentage: 50 })],
    ['nothing to measure', v1({})],
    [
      'memory in an annotation',
      v1(
        {},
        { 'autoscaling.alpha.kubernetes.io/metrics': '[{"type":"Resource","resource":{"name":"memory","targetAverageUtilization":70}}]' },
      ),
    ],
    [
      'behavior in an annotation',
      v1(
        {},
        {
          'autoscaling.alpha.kubernetes.io/behavior':
            '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":30,"SelectPolicy":"Max","Policies":[{"Type":"Pods","Value":1,"PeriodSeconds":15}],"Tolerance":null}}',
        },
      ),
    ],
  ])('%s comes back as it was', (_name, object) => {
    const stored = toStored(object as never)
    expect(stored.apiVersion).toBe('autoscaling/v2')
    expect(stored.metadata.annotations).toBeUndefined()
    expect(fromStored(stored, 'autoscaling/v1', 'HorizontalPodAutoscaler')).toEqual(object)
  })

  test('cpu becomes a metric', () => {
    expect(toStored(v1({ targetCPUUtilizationPercentage: 50 }) as never).spec).toMatchObject({
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }],
    })
  })
})

test('events have other words in the newer group', () => {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: meta,
    involvedObject: { kind: 'Pod', name: 'p' },
    message: 'hello',
    count: 2,
    eventTime: null,
    firstTimestamp: null,
    lastTimestamp: '2026-01-01T00:00:00Z',
    reportingComponent: '',
    reportingInstance: '',
    source: { component: 'kubelet' },
  }
  const newer = fromStored(event as never, 'events.k8s.io/v1', 'Event')
  expect(newer).toMatchObject({ note: 'hello', regarding: { name: 'p' }, deprecatedCount: 2, deprecatedSource: { component: 'kubelet' } })
  expect(newer).not.toHaveProperty('message')
  expect(toStored(newer)).toEqual(event)
})
