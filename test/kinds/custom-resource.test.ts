// Custom resources: pruned, defaulted and validated by their definition; definitions that are none.
import {
  ruleWarnings,
  validateCustomResource,
  validateCustomRules,
  validateCustomStatus,
  validateScale,
} from '../../src/kinds/validation/custom-resource'
import { applyDefaults, type JsonSchema, prune } from '../../src/schema/custom'
import { refusals } from './check'

const string: JsonSchema = { type: 'string' }
const schema = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec: { type: 'object', ...spec } } })

test.each<[string, JsonSchema, object, object, string[]]>([
  ['unknown fields go', schema({ properties: { a: string } }), { spec: { a: 'x', b: 1 } }, { spec: { a: 'x' } }, ['spec.b']],
  ['metadata stays', schema({}), { kind: 'X', metadata: { name: 'x' } }, { kind: 'X', metadata: { name: 'x' } }, []],
  ['maps keep their keys', schema({ additionalProperties: string }), { spec: { any: 'x' } }, { spec: { any: 'x' } }, []],
  [
    'whatever is to be preserved stays',
    schema({ 'x-kubernetes-preserve-unknown-fields': true, properties: { a: { type: 'object', properties: { b: string } } } }),
    { spec: { x: 1, a: { b: 'c', d: 1 } } },
    { spec: { x: 1, a: { b: 'c' } } },
    ['spec.a.d'],
  ],
  [
    'items are looked into',
    schema({ properties: { l: { type: 'array', items: { type: 'object', properties: { a: string } } } } }),
    { spec: { l: [{ a: 'x' }, { z: 1 }] } },
    { spec: { l: [{ a: 'x' }, {}] } },
    ['spec.l[1].z'],
  ],
])('pruning: %s', (_name, by, value, kept, removed) => {
  const object = structuredClone(value) as Record<string, unknown>
  expect(prune(object, by)).toEqual(removed)
  expect(object).toEqual(kept)
})

test('defaults reach into what defaults brought', () => {
  const object = { spec: {} }
  applyDefaults(object, schema({ properties: { a: { type: 'object', default: {}, properties: { b: { type: 'integer', default: 3 } } } } }))
  expect(object).toEqual({ spec: { a: { b: 3 } } })
})

test.each<[string, JsonSchema, unknown, string[]]>([
  ['what fits', { type: 'integer', minimum: 0 }, 3, []],
  ['another type', { type: 'integer' }, 'x', ['Invalid value: "string": spec.v in body must be of type integer: "string"']],
  ['too small', { type: 'integer', minimum: 1 }, 0, ['Invalid value: 0: spec.v in body should be greater than or equal to 1']],
  ['not below', { type: 'number', maximum: 1, exclusiveMaximum: true }, 1, ['Invalid value: 1: spec.v in body should be less than 1']],
  ['no such word', { type: 'string', enum: ['a', 'b'] }, 'c', ['Unsupported value: "c": supported values: "a", "b"']],
  ['no match', { type: 'string', pattern: '^a+$' }, 'b', ['Invalid value: "b": spec.v in body should match \'^a+$\'']],
  ['too short', { type: 'string', minLength: 2 }, 'b', ['Invalid value: "b": spec.v in body should be at least 2 chars long']],
  ['too long', { type: 'string', maxLength: 2 }, 'bbb', ['Too long: may not be more than 2 bytes']],
  ['too many', { type: 'array', maxItems: 1, items: string }, ['a', 'b'], ['Too many: 2: must have at most 1 item']],
  ['null where there may be none', string, null, ['Invalid value: "null": spec.v in body must be of type string: "null"']],
  ['null where there may be', { ...string, nullable: true }, null, []],
  ['a number or a word', { 'x-kubernetes-int-or-string': true }, '50%', []],
])('validation: %s', (_name, by, v, messages) => {
  const errors = validateCustomResource({ spec: { v } }, schema({ properties: { v: by } }))
  expect(errors.map((e) => e.message)).toEqual(messages)
  for (const e of errors) expect(e.field).toBe('spec.v')
})

test('what must be there', () => {
  expect(validateCustomResource({ spec: {} }, schema({ required: ['a'] }))).toEqual([
    { type: 'Required', field: 'spec.a', message: 'Required value' },
  ])
})

test('items of a map are told apart by their keys', () => {
  const by = schema({
    properties: { l: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'], items: { type: 'object' } } },
  })
  expect(validateCustomResource({ spec: { l: [{ n: 'a' }, { n: 'a' }] } }, by).map((e) => `${e.field}: ${e.message}`)).toEqual([
    'spec.l[1]: Duplicate value: {"n":"a"}',
  ])
})

const crd = (spec: string, name = 'shops.example.com') =>
  `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: ${name}}, spec: {group: example.com, scope: Namespaced, names: {plural: shops, kind: Shop}, ${spec}}}`
const version = (body: string) => `versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: ${body}}}]`

test.each<[string, string, string[]]>([
  ['a good one', crd(version('{type: object}')), []],
  [
    'another name',
    crd(version('{type: object}'), 'shop.example.com'),
    ['metadata.name: Invalid value: "shop.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  ['no schema', crd('versions: [{name: v1, served: true, storage: true}]'), ['spec.versions[0].schema.openAPIV3Schema: Required value']],
  [
    'a field of no type',
    crd(version('{type: object, properties: {spec: {properties: {a: {type: string}}}}}')),
    ['spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields'],
  ],
  [
    'a type of nobody',
    crd(version('{type: object, properties: {spec: {type: text}}}')),
    [
      'spec.validation.openAPIV3Schema.properties[spec].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"',
    ],
  ],
  [
    'of the community, approved by nobody',
    `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: xs.foo.k8s.io},
      spec: {group: foo.k8s.io, scope: Namespaced, names: {plural: xs, kind: X}, versions: [{name: v1, served: true, storage: true,
      schema: {openAPIV3Schema: {type: object}}}]}}`,
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
  [
    'a schema by reference, and a map of no type',
    `{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: xs.example.com},
      spec: {group: example.com, scope: Namespaced, names: {plural: xs, kind: X}, versions: [{name: v1, served: true, storage: true,
      schema: {openAPIV3Schema: {type: object, properties: {a: {$ref: "#/x"}, b: {type: string, x-kubernetes-map-type: atomic}}}}}]}}`,
    [
      'spec.validation.openAPIV3Schema.properties[a].$ref: Forbidden: $ref is not supported',
      'spec.validation.openAPIV3Schema.properties[b].type: Invalid value: "string": must be object if x-kubernetes-map-type is specified',
    ],
  ],
  [
    'versions of different schemas: the errors are named by their place',
    crd(
      'versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}, {name: v2, served: true, storage: false, schema: {openAPIV3Schema: {type: string}}}]',
    ),
    ['spec.versions[1].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root'],
  ],
  [
    'two storage versions',
    crd(
      'versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}, {name: v2, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]',
    ),
    [
      `spec.versions: Invalid value: [${['v1', 'v2'].map((name) => `{"Name":"${name}","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}`).join(',')}]: must have exactly one version marked as storage version`,
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
    ],
  ],
  [
    'junctors say what only the structure may say, and speak of what the structure does not know',
    crd(version('{type: object, properties: {a: {type: string}}, anyOf: [{properties: {a: {type: string}, b: {minimum: 1}}}]}')),
    [
      'spec.validation.openAPIV3Schema.anyOf[0].properties[a].type: Forbidden: must be empty to be structural',
      'spec.validation.openAPIV3Schema.properties[b]: Required value: because it is defined in spec.validation.openAPIV3Schema.anyOf[0].properties[b]',
    ],
  ],
  [
    'metadata that says too much, a list of nothing, integers that are strings',
    crd(
      version(
        '{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}, l: {type: array}, i: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}}}',
      ),
    ),
    [
      'spec.validation.openAPIV3Schema.properties[l].items: Required value: must be specified',
      'spec.validation.openAPIV3Schema.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified',
    ],
  ],
  [
    'a default of another type, and one of unknown fields',
    crd(version('{type: object, properties: {num: {type: integer, default: x}, o: {type: object, default: {b: 1}}}}')),
    [
      'spec.validation.openAPIV3Schema.properties[num].default: Invalid value: "string":  in body must be of type integer: "string"',
      'spec.validation.openAPIV3Schema.properties[o].default: Invalid value: {"b":1}: must not have unknown fields',
    ],
  ],
  [
    'selectable fields',
    crd(
      'versions: [{name: v1, served: true, storage: true, selectableFields: [{jsonPath: .spec}, {jsonPath: .none}, {jsonPath: .s}, {jsonPath: .s}], schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object}, s: {type: string}}}}}]',
    ),
    [
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[1].jsonPath: Invalid value: ".none": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[3].jsonPath: Duplicate value: ".s"',
    ],
  ],
  [
    'a set of objects that may be merged',
    crd(version('{type: object, properties: {s: {type: array, x-kubernetes-list-type: set, items: {type: object}}}}')),
    [
      'spec.validation.openAPIV3Schema.properties[s].items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  [
    'rules that cost too much, of the past where there is none, or of another type',
    crd(
      version(
        '{type: object, properties: {l: {type: array, items: {type: string, x-kubernetes-validations: [{rule: self == oldSelf}]}}, m: {type: object, additionalProperties: {type: string}}, num: {type: integer, x-kubernetes-validations: [{rule: self, optionalOldSelf: true}, {rule: self > 1, messageExpression: self}]}}, x-kubernetes-validations: [{rule: "self.l.all(a, self.m.exists(b, a == b))"}]}',
      ),
    ),
    [
      'spec.validation.openAPIV3Schema.properties[l].items.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)',
      'spec.validation.openAPIV3Schema.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within spec.validation.openAPIV3Schema.properties[l]',
      'spec.validation.openAPIV3Schema.properties[num].x-kubernetes-validations[0].rule: Invalid value: {"Rule":"self","Message":"","MessageExpression":"","Reason":null,"FieldPath":"","OptionalOldSelf":true}: cel expression must evaluate to a bool',
      'spec.validation.openAPIV3Schema.properties[num].x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule',
      'spec.validation.openAPIV3Schema.properties[num].x-kubernetes-validations[1].messageExpression: Invalid value: {"Rule":"self \\u003e 1","Message":"","MessageExpression":"self","Reason":null,"FieldPath":"","OptionalOldSelf":null}: messageExpression must evaluate to a string',
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[0].rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)',
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      'spec.validation.openAPIV3Schema.properties[l].items.x-kubernetes-validations[0].rule: Forbidden: contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema',
      'spec.validation.openAPIV3Schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema exceeds budget by factor of more than 100x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)',
    ],
  ],
  [
    'what surrounds rules',
    crd(
      version(
        '{type: object, x-kubernetes-validations: [{rule: " "}, {rule: "true", message: " "}, {rule: "true", reason: Because}, {rule: "true", fieldPath: .none}]}',
      ),
    ),
    [
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[0].rule: Required value: rule is not specified',
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[1].message: Invalid value: " ": must be non-empty if specified',
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[2].reason: Unsupported value: "Because": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"',
      'spec.validation.openAPIV3Schema.x-kubernetes-validations[3].fieldPath: Invalid value: ".none": must be a valid path',
    ],
  ],
  [
    'a scale, a column and a deprecation',
    crd(
      'versions: [{name: v1, served: true, storage: true, deprecationWarning: old, schema: {openAPIV3Schema: {type: object}}, subresources: {scale: {specReplicasPath: .replicas, statusReplicasPath: status}}, additionalPrinterColumns: [{name: A, type: text, jsonPath: a}]}]',
    ),
    [
      'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
      'spec.subresources.scale.specReplicasPath: Invalid value: ".replicas": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Invalid value: "status": must be a simple json path starting with .',
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    ],
  ],
])('definitions: %s', (_name, text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

describe('rules', () => {
  const ruled = schema({
    required: ['min'],
    properties: {
      min: { type: 'integer' },
      max: { type: 'integer' },
      name: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'name does not change' }] },
      ports: {
        type: 'array',
        items: { type: 'object', properties: { port: { type: 'integer' } }, 'x-kubernetes-validations': [{ rule: 'self.port > 0' }] },
      },
    },
    'x-kubernetes-validations': [
      {
        rule: '!has(self.max) || self.min <= self.max',
        messageExpression: "'min ' + string(self.min) + ' is above max'",
        fieldPath: '.min',
      },
      { rule: 'self.min != 13', reason: 'FieldValueForbidden', message: 'not that one' },
    ],
  })
  const lines = (spec: object, old?: object) =>
    validateCustomRules({ spec }, old && { spec: old }, ruled).map((e) => `${e.field}: ${e.message}`)

  test.each<[string, object, object | undefined, string[]]>([
    ['kept', { min: 1, max: 2, ports: [{ port: 80 }] }, undefined, []],
    ['broken, with the words and the field it names', { min: 3, max: 2 }, undefined, ['spec.min: Invalid value: min 3 is above max']],
    ['broken, for its own reason', { min: 13 }, undefined, ['spec: Forbidden: not that one']],
    [
      'broken by an item',
      { min: 1, ports: [{ port: 80 }, { port: 0 }] },
      undefined,
      ['spec.ports[1]: Invalid value: failed rule: self.port > 0'],
    ],
    ['about changes, of something new', { min: 1, name: 'a' }, undefined, []],
    ['about changes, broken', { min: 1, name: 'b' }, { min: 1, name: 'a' }, ['spec.name: Invalid value: "b": name does not change']],
    ['broken before, and unchanged', { min: 13 }, { min: 13 }, []],
    [
      'not asked of what does not fit',
      { max: 1 },
      undefined,
      [
        '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
      ],
    ],
    [
      'that cannot be answered',
      { min: 1, ports: [{}] },
      undefined,
      ['spec.ports[0]: Invalid value: "object": no such key: port evaluating rule: self.port > 0'],
    ],
  ])('%s', (_name, spec, old, errors) => {
    expect(lines(spec, old)).toEqual(errors)
  })
})

test.each<[string, object, object, string[], string[]]>([
  ['what was wrong stays wrong', { v: 'long', l: [1, 1] }, { v: 'long', l: [1, 1], w: 1 }, [], ['spec.v: Invalid value: "long": never']],
  ['what is new is asked', { v: 'a' }, { v: 'long' }, ['spec.v: Too long: may not be more than 2 bytes'], []],
  ['inside of what changed', { o: { v: 'long', w: 1 } }, { o: { v: 'long', w: 2 } }, [], []],
  ['an item that is known by its key', { m: [{ k: 'a', v: 'long' }] }, { m: [{ k: 'b' }, { k: 'a', v: 'long' }] }, [], []],
  ['an item that is not', { a: ['long'] }, { a: ['b', 'long'] }, ['spec.a[1]: Too long: may not be more than 2 bytes'], []],
  ['a set that had an item twice', { l: [1, 1] }, { l: [1, 1, 2] }, [], []],
])('updates: %s', (_name, before, after, errors, warned) => {
  const short: JsonSchema = { type: 'string', maxLength: 2 }
  const item: JsonSchema = { type: 'object', properties: { k: string, v: short } }
  const by = schema({
    properties: {
      v: { ...short, 'x-kubernetes-validations': [{ rule: "self == 'a'", message: 'never' }] },
      w: { type: 'integer' },
      l: { type: 'array', items: { type: 'integer' }, 'x-kubernetes-list-type': 'set' },
      o: { type: 'object', properties: { v: short, w: { type: 'integer' } } },
      m: { type: 'array', items: item, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] },
      a: { type: 'array', items: short },
    },
  })
  const told = (list: { field: string; message: string }[]) => list.map((e) => `${e.field}: ${e.message}`)
  expect(told(validateCustomResource({ spec: after }, by, { spec: before }))).toEqual(errors)
  expect(ruleWarnings({ spec: after }, { spec: before }, by)).toEqual(warned)
})

test.each<[string, unknown, string[]]>([
  ['a good one', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }, []],
  ['nothing of its own', {}, ['spec.r.apiVersion: Required value', 'spec.r.kind: Required value']],
  [
    'wrong words',
    { apiVersion: 'a/b/c', kind: '', metadata: { name: 'a/b' } },
    [
      'spec.r.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.r.kind: Invalid value: "": must not be empty',
      `spec.r.metadata.name: Invalid value: "a/b": may not contain '/'`,
    ],
  ],
])('a resource inside of another: %s', (_name, r, errors) => {
  const by = schema({ properties: { r: { type: 'object', 'x-kubernetes-embedded-resource': true } } })
  expect(validateCustomResource({ spec: { r } }, by).map((e) => `${e.field}: ${e.message}`)).toEqual(errors)
})

test.each<[string, JsonSchema, unknown, string[]]>([
  [
    'a fraction',
    { type: 'integer' },
    1.5,
    ['spec.v in body must be of type integer: "number"', 'Checked value must be of type integer (default format) in spec.v'],
  ],
  [
    'more than 32 bits',
    { type: 'integer', format: 'int32' },
    2 ** 31,
    ['Checked value must be of type integer with format int32 in spec.v'],
  ],
  ['32 bits', { type: 'integer', format: 'int32' }, 2 ** 31 - 1, []],
])('numbers: %s', (_name, v, value, told) => {
  const errors = validateCustomResource({ spec: { v: value } }, schema({ properties: { v } }))
  expect(errors.map((e) => e.message.replace(/^Invalid value: "[^"]*": /, ''))).toEqual(told)
})

test('what is written through the status is asked for the status alone, and by its places there', () => {
  const by: JsonSchema = {
    type: 'object',
    properties: { spec: string, status: { type: 'object', properties: { num: { type: 'integer' } } } },
  }
  const errors = validateCustomStatus({ spec: 3, status: { num: 'x' } }, by, { spec: 4 }, [])
  expect(errors).toEqual([
    { type: 'TypeInvalid', field: 'status.num', message: 'Invalid value: "string": num in body must be of type integer: "string"' },
  ])
})

test.each<[string, object, string[]]>([
  [
    'a word',
    { replicas: 'x' },
    ['.spec.replicas: Invalid value: 0: .spec.replicas accessor error: x is of the type string, expected int64'],
  ],
  [
    'half a one',
    { replicas: 1.5 },
    ['.spec.replicas: Invalid value: 0: .spec.replicas accessor error: 1.5 is of the type float64, expected int64'],
  ],
  ['less than none', { replicas: -1 }, ['.spec.replicas: Invalid value: -1: should be a non-negative integer']],
  ['none', {}, []],
])('what a Scale says: %s', (_name, spec, errors) => {
  const scale = { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['status', 'selector'] }
  expect(validateScale({ spec, status: { replicas: 1, selector: 'a=b' } }, scale, 'all').map((e) => `${e.field}: ${e.message}`)).toEqual(
    errors,
  )
  expect(validateScale({ spec }, scale, 'status')).toEqual([])
})

test('a rule about the whole names no field; what is no expression is refused with its definition', () => {
  const rules = [{ rule: "self.metadata.name.startsWith('my')" }]
  const errors = validateCustomRules({ metadata: { name: 'x' } }, undefined, { type: 'object', 'x-kubernetes-validations': rules })
  expect(errors.map((e) => `${e.field}: ${e.message}`)).toEqual([`<nil>: Invalid value: failed rule: ${rules[0].rule}`])
  expect(
    refusals(`{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: xs.example.com},
      spec: {group: example.com, scope: Namespaced, names: {plural: xs, kind: X}, versions: [{name: v1, served: true, storage: true,
      schema: {openAPIV3Schema: {type: object, x-kubernetes-validations: [{rule: "self.a >"}]}}}]}}`)[0],
  ).toMatch(
    /^spec\.validation\.openAPIV3Schema\.x-kubernetes-validations\[0\]\.rule: Invalid value: \{"Rule":"self\.a \\u003e",.*\}: compilation failed: ERROR: <input>:1:9: Syntax error: /,
  )
})
