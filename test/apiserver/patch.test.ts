// PATCH requests: what each patch type makes of an object, and the server's refusals.
import type { Json, KubeObject } from '../../src/api/types'
import { type PatchType, patchedObject } from '../../src/apiserver/patch'
import { ApiError } from '../../src/errors'
import { builtinResources } from '../../src/schema/resources'

const info = builtinResources().find((r) => r.resource === 'services')!
const live = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's', labels: { a: '1' } },
  spec: { ports: [{ port: 80, protocol: 'TCP', name: 'web' }] },
} as unknown as KubeObject

test.each<[string, PatchType, Json, Json]>([
  ['strategic merges ports', 'strategic', { spec: { ports: [{ port: 81 }] } }, [{ port: 81 }, { port: 80, protocol: 'TCP', name: 'web' }]],
  ['merge replaces ports', 'merge', { spec: { ports: [{ port: 81 }] } }, [{ port: 81 }]],
  ['json edits ports', 'json', [{ op: 'replace', path: '/spec/ports/0/port', value: 81 }], [{ port: 81, protocol: 'TCP', name: 'web' }]],
])('%s', (_name, type, patch, ports) => {
  expect((patchedObject(info, live, type, patch) as unknown as { spec: object }).spec).toEqual({ ports })
})

test.each<[string, PatchType, Json, string, string]>([
  ['a string', 'strategic', 'nope', 'BadRequest', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
  [
    'an object as JSON patch',
    'json',
    {},
    'BadRequest',
    'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
  ],
  [
    'an operation that fails',
    'json',
    [{ op: 'remove', path: '/x' }],
    'Invalid',
    'the server rejected our request due to an error in our request',
  ],
  [
    'labels that are a string',
    'strategic',
    { metadata: { labels: 'x' } },
    'Invalid',
    ' "" is invalid: patch: Invalid value: "map[metadata:map[labels:x]]": cannot restore map from string',
  ],
  [
    'a port that is a word',
    'strategic',
    { spec: { ports: [{ port: 'x' }] } },
    'Invalid',
    ' "" is invalid: patch: Invalid value: "map[spec:map[ports:[map[port:x]]]]": unrecognized type: int32',
  ],
])('%s is refused', (_name, type, patch, reason, message) => {
  try {
    patchedObject(info, live, type, patch)
    throw new Error('not refused')
  } catch (error) {
    expect(error).toBeInstanceOf(ApiError)
    expect([(error as ApiError).reason, (error as ApiError).message]).toEqual([reason, message])
  }
})
