// The structure of any served resource: built-in kinds from the schema, custom ones from their CRD.
import type { View } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { customShape } from '../schema/custom-shape'
import type { ResourceInfo } from '../schema/resources'
import { type Shape, shapeOf } from '../schema/shape'
import { groupVersion } from './discovery'

interface Crd extends KubeObject {
  spec: { versions: { name: string; schema?: { openAPIV3Schema?: unknown } }[] }
}

export function shapeOfResource(view: View, info: ResourceInfo): Shape {
  if (!info.custom) return shapeOf(groupVersion(info), info.kind) ?? { kind: 'any' }
  const crd = view.get<Crd>('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource)
  return customShape(crd?.spec.versions.find((v) => v.name === info.version)?.schema?.openAPIV3Schema)
}
