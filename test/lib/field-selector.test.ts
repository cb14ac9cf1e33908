// Field selectors: parsing, which fields a resource knows, and matching.
import { checkFieldSelector, fieldsMatch, formatFieldSelector, parseFieldSelector } from '../../src/lib/field-selector'

const pod = {
  metadata: { name: 'a', namespace: 'n' },
  spec: { nodeName: 'node-1' },
  status: { phase: 'Running', podIPs: [{ ip: '1.2.3.4' }] },
}

test.each([
  ['name', 'pods', 'metadata.name=a', true],
  ['two', 'pods', 'metadata.name=a,status.phase!=Running', false],
  ['double equals', 'pods', 'status.phase==Running', true],
  ['old name of the node', 'pods', 'spec.host=node-1', true],
  ['absent boolean', 'pods', 'spec.hostNetwork=false', true],
  ['list of addresses', 'pods', 'status.podIPs=1.2.3.4', true],
  ['nothing', 'configmaps', '', true],
  ['absent count', 'jobs.batch', 'status.successful=0', true],
])('%s', (_name, resource, source, expected) => {
  expect(fieldsMatch(checkFieldSelector(parseFieldSelector(source), { resource, namespaced: true }), pod)).toBe(expected)
})

test.each([
  ['no operator', 'pods', 'nope', "invalid selector: 'nope'; can't understand 'nope'"],
  ['unknown field of a pod', 'pods', 'foo=bar', 'field label not supported: foo'],
  ['a node has no namespace', 'nodes', 'metadata.namespace=x', 'field label not supported: metadata.namespace'],
  ['unknown field elsewhere', 'configmaps', 'data=x', '"data" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ['bad escape', 'pods', 'metadata.name=a\\b', 'invalid field selector: invalid escape sequence: \\b'],
])('%s is refused', (_name, resource, source, expected) => {
  expect(() => checkFieldSelector(parseFieldSelector(source), { resource, namespaced: true })).toThrow(new Error(expected))
})

test('escaped characters survive printing', () => {
  expect(formatFieldSelector(parseFieldSelector('metadata.name=a\\,b\\=c'))).toBe('metadata.name=a\\,b\\=c')
})

const SHIRTS = { resource: 'shirts.example.com', namespaced: false, selectableFields: ['spec.color'] }

test('a custom resource may offer fields of its own', () => {
  expect(checkFieldSelector(parseFieldSelector('spec.color=blue,metadata.name=x'), SHIRTS)).toHaveLength(2)
})

test.each(['spec.size', 'metadata.namespace'])('a custom resource of the cluster does not offer %s', (field) => {
  expect(() => checkFieldSelector(parseFieldSelector(`${field}=x`), SHIRTS)).toThrow(new Error(`field label not supported: ${field}`))
})
