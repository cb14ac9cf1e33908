// What apply leaves in managed fields and says of what it cannot apply, as a real v1.37 answered.
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

/** The fields of every owner, one after the other. */
async function fields(object: string): Promise<string> {
  const found = JSON.parse(await box.kubectl(`get ${object} -o json --show-managed-fields`)) as {
    metadata: { managedFields: { fieldsV1: object }[] }
  }
  return found.metadata.managedFields.map(({ fieldsV1 }) => JSON.stringify(fieldsV1)).join('\n')
}

const metadata = 'metadata: {name: x}'

test.each<[string, string, string]>([
  [
    'a list of bytes that are none',
    `{apiVersion: v1, kind: ConfigMap, ${metadata}, binaryData: {a: "!!"}}`,
    'failed to convert new object (default/x; /v1, Kind=ConfigMap) to proper version: unable to convert unstructured object to /v1, Kind=ConfigMap: error decoding from json: illegal base64 data at input byte 0',
  ],
  [
    'a quantity that is none',
    `{apiVersion: v1, kind: PersistentVolume, ${metadata}, spec: {capacity: {storage: abc}}}`,
    "failed to convert new object (/x; /v1, Kind=PersistentVolume) to proper version: unable to convert unstructured object to /v1, Kind=PersistentVolume: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  [
    'a fraction of a port',
    `{apiVersion: v1, kind: Service, ${metadata}, spec: {ports: [{port: 80, targetPort: 1.5}]}}`,
    'failed to convert new object (default/x; /v1, Kind=Service) to proper version: unable to convert unstructured object to /v1, Kind=Service: json: cannot unmarshal number 1.5 into Go value of type int32',
  ],
  [
    'a fraction of a number',
    `{apiVersion: v1, kind: Pod, ${metadata}, spec: {containers: [{name: a, image: a, ports: [{containerPort: 1.5}]}]}}`,
    'failed to convert new object (default/x; /v1, Kind=Pod) to proper version: unable to convert unstructured object to /v1, Kind=Pod: cannot convert float64 to int32',
  ],
  [
    'references of which nothing tells which they are',
    `{apiVersion: v1, kind: ServiceAccount, ${metadata}, secrets: [{namespace: y}]}`,
    'failed to create typed patch object (default/x; /v1, Kind=ServiceAccount): .secrets: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)',
  ],
])('server-side: %s', async (_, text, message) => {
  box.write('x.yml', text)
  expect(await box.kubectl('apply --server-side -f x.yml')).toBe(`Error from server: ${message}\n[exit 1]`)
})

test('containers without a name are one of an empty name', async () => {
  box.write('x.yml', `{apiVersion: v1, kind: Pod, ${metadata}, spec: {containers: [{image: a}]}}`)
  expect(await box.kubectl('apply --server-side -f x.yml')).toBe(
    'The Pod "x" is invalid: spec.containers[0].name: Required value\n[exit 1]',
  )
})

test('who applies nothing owns nothing', async () => {
  box.write('x.yml', `{apiVersion: v1, kind: ConfigMap, ${metadata}}`)
  await box.kubectl('apply --server-side -f x.yml')
  expect(await box.kubectl('get cm x -o yaml --show-managed-fields')).not.toContain('managedFields')
})

test('who creates a DaemonSet owns the count of its templates', async () => {
  const template = 'template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}'
  box.write('x.yml', `{apiVersion: apps/v1, kind: DaemonSet, ${metadata}, spec: {selector: {matchLabels: {a: b}}, ${template}}}`)
  await box.kubectl('create -f x.yml')
  expect(await fields('ds x')).toContain('"f:annotations":{".":{},"f:deprecated.daemonset.template.generation":{}}')
})

test('the claim of a volume is owned field by field', async () => {
  const spec = 'capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /x}, claimRef: {name: c, namespace: default}'
  box.write('x.yml', `{apiVersion: v1, kind: PersistentVolume, ${metadata}, spec: {${spec}}}`)
  await box.kubectl('create -f x.yml')
  expect(await fields('pv x')).toContain('"f:claimRef":{".":{},"f:name":{},"f:namespace":{}}')
})

test.each<[string, string, string]>([
  ['svc', 'apiVersion: v1, kind: Service, metadata: {name: x}, spec: {selector: {a: b}, ports: [{port: 80}]}', '"f:selector":{},'],
  [
    'pod',
    'apiVersion: v1, kind: Pod, metadata: {name: x}, spec: {nodeSelector: {a: b}, containers: [{name: c, image: nginx}]}',
    '"f:nodeSelector":{},',
  ],
])('what a %s selects by is owned whole', async (resource, text, expected) => {
  box.write('x.yml', `{${text}}`)
  await box.kubectl('create -f x.yml')
  expect(await fields(`${resource} x`)).toContain(expected)
})

test('claims of a StatefulSet may not grow, and are shown as the server has them', async () => {
  const set = (size: string) =>
    `{apiVersion: apps/v1, kind: StatefulSet, ${metadata}, spec: {serviceName: x, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}, volumeClaimTemplates: [{metadata: {name: www}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: ${size}}}}}]}}`
  box.write('x.yml', set('1Gi'))
  await box.kubectl('create -f x.yml')
  box.write('x.yml', set('2Gi'))
  const spec =
    '"Spec":{"AccessModes":["ReadWriteOnce"],"Selector":null,"Resources":{"Limits":null,"Requests":{"storage":"2Gi"}},"VolumeName":"","StorageClassName":null,"VolumeMode":"Filesystem","DataSource":null,"DataSourceRef":null,"VolumeAttributesClassName":null}'
  const status =
    '"Status":{"Phase":"Pending","AccessModes":null,"Capacity":null,"Conditions":null,"AllocatedResources":null,"AllocatedResourceStatuses":null,"CurrentVolumeAttributesClassName":null,"ModifyVolumeStatus":null,"HealthStatus":null}'
  expect(await box.kubectl('replace -f x.yml')).toBe(
    `The StatefulSet "x" is invalid: spec.volumeClaimTemplates: Invalid value: [{"name":"www",${spec},${status}}]: field is immutable\n[exit 1]`,
  )
})

test('a patch of an item without its key', async () => {
  const line = `patch deploy x --type=strategic -p '{"spec":{"template":{"spec":{"containers":[{"image":"x"}]}}}}'`
  await box.kubectl('create deployment x --image=nginx')
  expect(await box.kubectl(line)).toBe('Error from server: map: map[image:x] does not contain declared merge key: name\n[exit 1]')
})

test('what client-side apply owned is moved; a second sending that fails is warned of', async () => {
  const set = (container: string) =>
    `{apiVersion: apps/v1, kind: ReplicaSet, ${metadata}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c${container}}]}}}}`
  box.write('x.yml', set(', image: nginx'))
  await box.kubectl('apply -f x.yml')
  box.write('x.yml', set(''))
  const why = 'ReplicaSet.apps "x" is invalid: spec.template.spec.containers[0].image: Required value'
  expect(await box.kubectl('apply --server-side -f x.yml')).toBe(
    `replicaset.apps/x serverside-applied\nWarning: failed to re-apply configuration after performing Server-Side Apply migration. This is non-fatal and will be retried next time you apply. Error: ${why}\n`,
  )
})

test('the annotation of client-side apply stays escaped as Go writes it', async () => {
  box.write('x.yml', `{apiVersion: v1, kind: ConfigMap, ${metadata}, data: {a: "<b>"}}`)
  await box.kubectl('apply -f x.yml')
  await box.kubectl('apply --server-side -f x.yml')
  const text = await box.kubectl(
    String.raw`get cm x -o jsonpath='{.metadata.annotations.kubectl\.kubernetes\.io/last-applied-configuration}'`,
  )
  expect(text.trimEnd()).toBe(
    String.raw`{"apiVersion":"v1","data":{"a":"\u003cb\u003e"},"kind":"ConfigMap","metadata":{"name":"x","namespace":"default"}}`,
  )
})

test('items that have lost their key are warned of, and named with what was to be patched', async () => {
  const pod = (container: string) => `{apiVersion: v1, kind: Pod, ${metadata}, spec: {containers: [${container}]}}`
  box.write('x.yml', pod('{name: c, image: nginx}'))
  await box.kubectl('apply -f x.yml')
  box.write('x.yml', pod('{image: nginx}'))
  const said = await box.kubectl('apply -f x.yml')
  const why = 'map: map[image:nginx] does not contain declared merge key: name'
  expect(said.split('\n').slice(0, 4)).toEqual([
    `warning: error calculating patch from openapi v3 spec: ${why}`,
    `warning: error calculating patch from openapi spec: ${why}`,
    'error: error when applying patch:',
    '',
  ])
  expect(said).toContain('for: "x.yml": error when patching "x.yml": creating patch with:\noriginal:\n')
})
