// What a kind's structure says to strategic merge patch.
import type { PatchField, PatchSchema } from '../lib/patch/strategic-schema'
import { type FieldShape, type Shape, shapeOf } from '../schema/shape'

const OPEN: PatchSchema = {
  name: 'object',
  field: () => ({ schema: OPEN, retainKeys: false, mergeKey: '' }),
}

/** A schema over a structure; values of unknown structure merge field by field. */
export function patchSchema(shape: Shape): PatchSchema {
  if (shape.kind === 'list') return patchSchema(shape.element)
  if (shape.kind !== 'map') return OPEN
  return {
    name: shape.name,
    field(key) {
      const field = shape.field(key)
      return field && patchField(field)
    },
  }
}

function patchField({ shape, patchStrategies, mergeKey }: FieldShape): PatchField {
  return {
    schema: patchSchema(shape),
    strategy: patchStrategies.find((s) => s !== 'retainKeys'),
    retainKeys: patchStrategies.includes('retainKeys'),
    mergeKey,
  }
}

/** The schema of a built-in kind, undefined for custom resources, which strategic merge patch does not know. */
export function patchSchemaOf(apiVersion: string, kind: string): PatchSchema | undefined {
  const shape = shapeOf(apiVersion, kind)
  return shape && patchSchema(shape)
}
