// What of a new object the API server keeps, fills in and drops.
import type { KubeObject } from '../../src/api/types'
import { warnings } from './check'
import { TestServer } from './server'

/** What is at a path of dots, as JSON. */
function at(object: KubeObject, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object)
}

const POD = '{containers: [{name: c, image: a}]}'
const set = (strategy: string) =>
  `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {serviceName: s, selector: {matchLabels: {a: b}}, ${strategy}
    template: {metadata: {labels: {a: b}}, spec: ${POD}}}}`
const job = (own: string, labels: string, more = '') =>
  `{apiVersion: batch/v1, kind: Job, metadata: {name: j${own}}, spec: {${more} template: {${labels} spec: {restartPolicy: Never, containers: [{name: c, image: a}]}}}}`
const api = (spec: string, status = '') =>
  `{apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.a.b}, spec: {group: a.b, version: v1, groupPriorityMinimum: 1, versionPriority: 1 ${spec}} ${status}}`

const OWN = ['batch.kubernetes.io/controller-uid', 'batch.kubernetes.io/job-name', 'controller-uid', 'job-name']

test.each<[string, string, string, unknown]>([
  ['a self link', `{apiVersion: v1, kind: ConfigMap, metadata: {name: c, selfLink: /api/v1/x}}`, 'metadata.selfLink', undefined],
  ['no update strategy', set(''), 'spec.updateStrategy', { rollingUpdate: { maxUnavailable: 1, partition: 0 }, type: 'RollingUpdate' }],
  ['an update strategy by name', set('updateStrategy: {type: RollingUpdate},'), 'spec.updateStrategy', { type: 'RollingUpdate' }],
  [
    'an update strategy with a partition',
    set('updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 2}},'),
    'spec.updateStrategy',
    { rollingUpdate: { maxUnavailable: 1, partition: 2 }, type: 'RollingUpdate' },
  ],
  ['an update strategy of none', set('updateStrategy: {type: OnDelete},'), 'spec.updateStrategy', { type: 'OnDelete' }],
  ['the status of an API that is elsewhere', api(', service: {name: a, namespace: b}', ', status: {conditions: []}'), 'status', {}],
  ['an API that is here', api(''), 'status.conditions.0.reason', 'Local'],
])('%s', (_, text, path, expected) => {
  expect(at(new TestServer().make(text), path)).toEqual(expected)
})

test.each<[string, string, string[]]>([
  ['without any labels', job('', ''), OWN],
  ['whose Pods have labels', job('', 'metadata: {labels: {a: b}},'), ['a', ...OWN]],
  ['with labels of its own', job(', labels: {x: z}', 'metadata: {labels: {a: b}},'), ['x']],
  ['that selects by hand', job('', 'metadata: {labels: {a: b}},', 'manualSelector: true, selector: {matchLabels: {a: b}},'), ['a']],
])('the labels of a Job %s', (_, text, keys) => {
  const { metadata, spec } = new TestServer().make(text) as KubeObject & { spec: { template: { metadata: { labels: object } } } }
  expect(Object.keys(metadata.labels ?? {}).sort()).toEqual(keys)
  if (!keys.includes('x')) expect(spec.template.metadata.labels).toEqual(metadata.labels)
})

const crd = (schema: string) =>
  `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: cs.a.b}, spec: {group: a.b, scope: Namespaced,
    names: {plural: cs, kind: C}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, properties: ${schema}}}}]}}`
const ports = (...lists: string[]) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [${lists.map((list, i) => `{name: c${i}, image: a, ports: ${list}}`).join()}]}}`

test.each<[string, string, string[]]>([
  [
    'two ports of one name',
    ports('[{name: http, containerPort: 80}, {name: http-2, containerPort: 81}]', '[{name: http, containerPort: 82}]'),
    [
      'spec.containers[1].ports[0]: duplicate port name "http" with spec.containers[0].ports[0], services and probes that select ports by name will use spec.containers[0].ports[0]',
    ],
  ],
  ['ports without names', ports('[{containerPort: 80}]', '[{containerPort: 81}]'), []],
  [
    'formats nobody knows, each once',
    crd(
      '{a: {type: string, format: cidr-list}, b: {type: array, items: {type: string, format: cidr-list}}, c: {type: integer, format: float}}',
    ),
    ['unrecognized format "cidr-list"', 'unrecognized format "float"'],
  ],
  [
    'formats of other types',
    crd('{a: {type: string, format: int64}, b: {type: boolean, format: date}}'),
    ['unrecognized format "int64"', 'unrecognized format "date"'],
  ],
  [
    'formats that are known',
    crd('{a: {type: string, format: date-time}, b: {type: number, format: double}, c: {format: ipv4, type: string}}'),
    [],
  ],
  [
    'a set of lists',
    crd('{a: {type: array, x-kubernetes-list-type: set, items: {type: array, x-kubernetes-list-type: atomic, items: {type: string}}}}'),
    ['x-kubernetes-list-type: set for items of type "array" is not supported by server-side apply or CEL validation rules'],
  ],
])('warns of %s', (_, text, expected) => {
  expect(warnings(text)).toEqual(expected)
})
