// The type check of policies against the kinds they are about. Upstream: apiserver/pkg/admission/plugin/policy/validating/typechecking.go,
// apiserver/pkg/cel/common/schemas.go.
import type { View } from '../../api/contracts'
import type { KubeObject } from '../../api/types'
import { checkCel } from '../../lib/cel/check'
import { BOOL, BYTES, type CelType, DOUBLE, DYN, INT, listOf as listType, mapOf, STRING, structOf, TIMESTAMP } from '../../lib/cel/types'
import type { JsonSchema } from '../../schema/custom'
import { builtinResources } from '../../schema/resources'
import { type FieldType, type ScalarKind, structType, typeNameOf } from '../../schema/types'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { scopeOf, variableScopes } from './admission-scope'
import { declaredType, escapeName } from './cel-schema'

const SCALARS: Partial<Record<ScalarKind, CelType>> = {
  string: STRING,
  int32: INT,
  int64: INT,
  boolean: BOOL,
  double: DOUBLE,
  bytes: BYTES,
  time: TIMESTAMP,
  'micro-time': TIMESTAMP,
  'int-or-string': DYN,
  object: structOf('object', new Map()),
}

/** Undefined for what has no type of its own in the schema: amounts, and JSON of any form. */
function fieldType(type: FieldType): CelType | undefined {
  switch (type.form) {
    case 'scalar':
      return SCALARS[type.kind]
    case 'struct':
      return builtinType(type.type)
    case 'list': {
      const item = fieldType(type.items)
      return item && listType(item)
    }
    case 'map': {
      const value = fieldType(type.values)
      return value && mapOf(STRING, value)
    }
  }
}

/** A built-in type by its schema name; its fields are looked at when they are asked for. */
function builtinType(name: string): CelType {
  return structOf(name, {
    get(field) {
      const found = [...(structType(name)?.fields.values() ?? [])].find((each) => escapeName(each.name) === field)
      return found && fieldType(found.type)
    },
  })
}

interface Checked {
  group: string
  version: string
  kind: string
  type: CelType
}

interface Definition extends KubeObject {
  spec: {
    group: string
    names: { plural: string; kind: string }
    versions: { name: string; served: boolean; schema?: { openAPIV3Schema?: JsonSchema } }[]
  }
}

function customTypes(view: View): (Checked & { plural: string })[] {
  return view.list<Definition>('customresourcedefinitions.apiextensions.k8s.io').flatMap(({ spec }) =>
    spec.versions.flatMap(({ name, served, schema }) => {
      const type = served && schema?.openAPIV3Schema && declaredType(schema.openAPIV3Schema, spec.names.kind, true)?.type
      return type ? [{ group: spec.group, version: name, kind: spec.names.kind, plural: spec.names.plural, type }] : []
    }),
  )
}

function typeOfKind(view: View, apiVersion: string, kind: string): CelType | undefined {
  const name = typeNameOf(apiVersion, kind)
  if (name) return builtinType(name)
  const [version, group = ''] = apiVersion.split('/').reverse()
  return customTypes(view).find((each) => each.group === group && each.version === version && each.kind === kind)?.type
}

const MOST_TYPES = 10

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : []) as string[]
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The kinds that a policy's rules name, without wildcards. */
function typesToCheck(view: View, rules: Fields[]): Checked[] {
  const found = new Map<string, Checked>()
  for (const rule of rules) {
    const [groups, versions] = [texts(rule.apiGroups), texts(rule.apiVersions)]
    if ([...groups, ...versions].some((word) => word.includes('*'))) continue
    const resources = texts(rule.resources).filter((word) => !/[*/]/.test(word))
    const customs = customTypes(view)
    for (const group of groups) {
      for (const version of versions) {
        for (const plural of resources) {
          const builtin = builtinResources().find((r) => r.group === group && r.version === version && r.plural === plural)
          const name = builtin && typeNameOf(group ? `${group}/${version}` : version, builtin.kind)
          const custom = customs.find((each) => each.group === group && each.version === version && each.plural === plural)
          const kind = builtin?.kind ?? custom?.kind
          const type = name ? builtinType(name) : custom?.type
          if (kind && type && found.size < MOST_TYPES) found.set(`${group}/${version}/${kind}`, { group, version, kind, type })
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => order(a.group, b.group) || order(a.version, b.version) || order(a.kind, b.kind))
}

export interface ExpressionWarning {
  fieldRef: string
  warning: string
}

/** What the type check of each expression says of each kind. */
export function expressionWarnings(view: View, policy: KubeObject): ExpressionWarning[] {
  const spec = fieldsOf(policy.spec) ?? {}
  const param = fieldsOf(spec.paramKind)
  const params = param && (typeOfKind(view, String(param.apiVersion), String(param.kind)) ?? DYN)
  const kinds = typesToCheck(view, listOf(fieldsOf(spec.matchConstraints)?.resourceRules)).map((checked) => {
    const own = new Map([...scopeOf(param !== undefined), ['object', checked.type], ['oldObject', checked.type]])
    if (params) own.set('params', params)
    return { ...checked, scope: variableScopes(listOf(spec.variables), own).last }
  })
  const warningOf = (expression: unknown) =>
    kinds
      .flatMap(({ group, version, kind, scope }) => {
        const checked = checkCel(String(expression), scope)
        return typeof checked === 'string' ? [`${group}/${version}, Kind=${kind}: ${checked}\n`] : []
      })
      .join('\n')
  return listOf(spec.validations).flatMap((validation, i) =>
    (['expression', 'messageExpression'] as const).flatMap((key) => {
      const warning = validation[key] ? warningOf(validation[key]) : ''
      return warning ? [{ fieldRef: `spec.validations[${i}].${key}`, warning }] : []
    }),
  )
}
