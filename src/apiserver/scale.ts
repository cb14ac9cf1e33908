// The Scale of an object: how many there are to be, how many there are, and which they are. Upstream: pkg/registry/apps/*/storage (ScaleREST),
// apiextensions-apiserver/pkg/registry/customresource/etcd.go.
import type { KubeObject, LabelSelector } from '../api/types'
import { formatLabelSelector } from '../lib/label-selector'
import type { ResourceInfo } from '../schema/resources'

type Fields = Record<string, unknown>

const SPEC = ['spec', 'replicas']
const STATUS = ['status', 'replicas']

function at(object: unknown, path: string[]): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? (value as Fields)[key] : undefined), object)
}

/** How many the object says there are to be, and how many there are. */
export function sizesOf({ scale }: ResourceInfo, object: KubeObject): { wanted?: number; actual?: number } {
  const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
  return { wanted: number(at(object, scale?.spec ?? SPEC)), actual: number(at(object, scale?.status ?? STATUS)) }
}

/** The object with another number of replicas. */
export function withReplicas<T extends KubeObject>({ scale }: ResourceInfo, object: T, replicas: number): T {
  const set = (value: unknown, [key, ...rest]: string[]): Fields => {
    const fields = (value ?? {}) as Fields
    return { ...fields, [key]: rest.length ? set(fields[key], rest) : replicas }
  }
  return set(object, scale?.spec ?? SPEC) as unknown as T
}

function selectorText({ custom, scale }: ResourceInfo, object: KubeObject): string | undefined {
  if (custom) return scale?.selector ? (at(object, scale.selector) as string | undefined) : undefined
  const { selector } = (object.spec ?? {}) as { selector?: LabelSelector | Record<string, string> }
  if (!selector) return undefined
  const isLabelSelector = 'matchLabels' in selector || 'matchExpressions' in selector
  return formatLabelSelector(isLabelSelector ? selector : { matchLabels: selector as Record<string, string> })
}

/** The autoscaling/v1 Scale. */
export function scaleOf(info: ResourceInfo, object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const { wanted, actual = 0 } = sizesOf(info, object)
  const selector = selectorText(info, object)
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: wanted ? { replicas: wanted } : {},
    status: { replicas: actual, ...(selector ? { selector } : {}) },
  }
}
