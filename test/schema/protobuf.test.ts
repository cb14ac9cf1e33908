// Objects in protobuf, as typed clients send them: every form a field can have, and bytes that are no object.
import { decodeProtobuf } from '../../src/schema/protobuf'

/** A field of bytes (a string, a message). */
function field(number: number, ...content: (string | Buffer)[]): Buffer {
  const body = Buffer.concat(content.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body])
}

function int(number: number, value: number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  return Buffer.from([...bytes, Number(rest)])
}

function object(apiVersion: string, kind: string, ...content: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('k8s\0'), field(1, field(1, apiVersion), field(2, kind)), field(2, ...content)])
}

test.each<[string, Buffer, object]>([
  [
    'strings and maps',
    object('v1', 'ConfigMap', field(1, field(1, 'c')), field(2, field(1, 'a'), field(2, 'b'))),
    { metadata: { name: 'c' }, data: { a: 'b' } },
  ],
  [
    'times, of which an empty one is none',
    object('v1', 'ConfigMap', field(1, field(8, int(1, 1_700_000_000)), field(9))),
    { metadata: { creationTimestamp: '2023-11-14T22:13:20Z', deletionTimestamp: null } },
  ],
  [
    'lists of structs, quantities, structs that are a part of their parent',
    object(
      'v1',
      'Pod',
      field(
        2,
        field(
          2,
          field(1, 'c'),
          field(8, field(1, field(1, 'cpu'), field(2, field(1, '1')))),
          field(10, field(1, field(2, field(1, '/'), field(2, int(1, 0), int(2, 80)))), int(2, 3)),
        ),
      ),
    ),
    {
      spec: {
        containers: [
          { name: 'c', resources: { limits: { cpu: '1' } }, livenessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 3 } },
        ],
      },
    },
  ],
  [
    'numbers below zero, and fields nobody knows',
    object('apps/v1', 'Deployment', field(2, int(1, -1), field(99, 'x'))),
    { spec: { replicas: -1 } },
  ],
  [
    'options of a deletion',
    object('v1', 'DeleteOptions', int(1, 0), field(4, 'Background')),
    { gracePeriodSeconds: 0, propagationPolicy: 'Background' },
  ],
])('%s', (_name, bytes, value) => {
  expect(decodeProtobuf(bytes)).toMatchObject(value)
})

test.each<[string, Buffer, string]>([
  ['no envelope', Buffer.from('{"kind":"Pod"}'), 'does not appear to be a protobuf message'],
  ['an unknown kind', object('v1', 'Nope'), 'no kind "Nope" is registered for version "v1"'],
  ['bytes that end too soon', object('v1', 'ConfigMap', Buffer.from([0x0a, 0x7f, 0x01])), 'unexpected EOF'],
  ['an illegal wire type', object('v1', 'ConfigMap', Buffer.from([0x0b])), 'illegal wireType 3'],
])('%s is refused', (_name, bytes, message) => {
  expect(() => decodeProtobuf(bytes)).toThrow(message)
})
