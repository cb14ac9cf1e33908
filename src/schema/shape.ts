// The structure of a kind's objects for merging: which lists are maps or sets by which keys, which values are replaced whole.
import type { Json } from '../api/types'
import { schemaKind, schemaType } from './resources'

export type Shape = ScalarShape | ListShape | MapShape | AnyShape

export interface ScalarShape {
  kind: 'scalar'
  /** As in schema.json: `string`, `int32`, `boolean`, `int-or-string`, … */
  type: string
}

/** A value of unknown structure: objects merge field by field, lists are replaced. */
export interface AnyShape {
  kind: 'any'
}

export interface ListShape {
  kind: 'list'
  listType: 'atomic' | 'set' | 'map'
  /** Of a `map` list: the fields that identify an item. */
  keys: string[]
  element: Shape
}

/** An object: a struct with known fields, or a map whose keys all have the same shape. */
export interface MapShape {
  kind: 'map'
  /** The type's name without its package: `PodSpec`. */
  name: string
  struct: boolean
  atomic: boolean
  field(key: string): FieldShape | undefined
}

export interface FieldShape {
  shape: Shape
  default?: Json
  /** Strategic merge patch: `merge`, `replace`, `retainKeys`. */
  patchStrategies: string[]
  mergeKey: string
}

interface FieldData {
  type: string
  default?: Json
  listType?: 'atomic' | 'set' | 'map'
  listMapKeys?: string[]
  patchStrategy?: string
  mergeKey?: string
}

interface TypeData {
  type?: string
  mapType?: string
  fields?: Record<string, string | FieldData>
}

const SCALARS = ['string', 'int32', 'int64', 'boolean', 'double', 'byte', 'date-time', 'int-or-string']

const shapes = new Map<string, Shape>()

/** The structure of a built-in kind (`apps/v1`, `Deployment`), undefined when there is none of this name. */
export function shapeOf(apiVersion: string, kind: string): MapShape | undefined {
  const type = schemaKind(apiVersion, kind)
  if (type === undefined) return undefined
  const shape = typeShape(type)
  return shape.kind === 'map' ? shape : undefined
}

/** metav1.ObjectMeta, which custom resources share. */
export function metaShape(): Shape {
  return typeShape('meta.v1.ObjectMeta')
}

function typeShape(name: string): Shape {
  const known = shapes.get(name)
  if (known) return known
  const made = makeShape(name)
  shapes.set(name, made)
  return made
}

function makeShape(name: string): Shape {
  if (SCALARS.includes(name)) return { kind: 'scalar', type: name }
  if (name === 'api.resource.Quantity') return { kind: 'scalar', type: 'quantity' }
  if (name.startsWith('[]')) return { kind: 'list', listType: 'atomic', keys: [], element: typeShape(name.slice(2)) }
  if (name.startsWith('map[string]')) return mapOf(name.slice('map[string]'.length))
  const type = schemaType(name) as TypeData | undefined
  if (type?.fields) return structShape(name, type.fields, type.mapType === 'atomic')
  if (type?.type && SCALARS.includes(type.type)) return { kind: 'scalar', type: type.type }
  return { kind: 'any' }
}

function mapOf(element: string): MapShape {
  const field: FieldShape = { shape: typeShape(element), patchStrategies: [], mergeKey: '' }
  return { kind: 'map', name: `map[string]${element}`, struct: false, atomic: false, field: () => field }
}

/** Fields that are replaced whole, or merged key by key, unlike others of their type: `x-kubernetes-map-type`, which schema.json has not. */
const ATOMIC_FIELDS: Record<string, boolean> = {
  'core.v1.PersistentVolumeSpec.claimRef': false,
  'core.v1.PodSpec.nodeSelector': true,
  'core.v1.ReplicationControllerSpec.selector': true,
  'core.v1.ServiceSpec.selector': true,
  'node.v1.Scheduling.nodeSelector': true,
}

function structShape(name: string, fields: Record<string, string | FieldData>, atomic: boolean): MapShape {
  const made = new Map<string, FieldShape>()
  return {
    kind: 'map',
    name: name.slice(name.lastIndexOf('.') + 1),
    struct: true,
    atomic,
    field(key) {
      if (!Object.hasOwn(fields, key)) return undefined
      let field = made.get(key)
      if (!field) {
        field = fieldShape(fields[key])
        const atomic = ATOMIC_FIELDS[`${name}.${key}`]
        if (atomic !== undefined && field.shape.kind === 'map') field.shape = { ...field.shape, atomic }
        made.set(key, field)
      }
      return field
    },
  }
}

function fieldShape(declared: string | FieldData): FieldShape {
  if (typeof declared === 'string') return { shape: typeShape(declared), patchStrategies: [], mergeKey: '' }
  const shape = typeShape(declared.type)
  return {
    shape: shape.kind === 'list' ? { ...shape, listType: declared.listType ?? 'atomic', keys: declared.listMapKeys ?? [] } : shape,
    ...(declared.default !== undefined ? { default: declared.default } : {}),
    patchStrategies: declared.patchStrategy?.split(',') ?? [],
    mergeKey: declared.mergeKey ?? '',
  }
}
