// What describe asks for besides the object, and in which order: what -v tells of its looks. Upstream: kubectl/pkg/describe/describe.go.
import type { KubeObject, LabelSelector, StringMap } from '../api/types'
import type { Manner } from '../apiserver/observed-view'
import type { UserRequest } from '../apiserver/options'
import { formatLabelSelector } from '../lib/label-selector'
import type { ResourceInfo } from '../schema/resources'

const SLICES = 'endpointslices.discovery.k8s.io'
/** Which looks come first; the rest follows as it is needed, events last. */
const FIRST: Record<string, string[]> = {
  'deployments.apps': ['events'],
  'ingresses.networking.k8s.io': ['events', SLICES, 'services'],
  nodes: ['pods', 'events', 'resourceslices.resource.k8s.io', 'leases.coordination.k8s.io'],
}
/** Asked for in one piece. */
const WHOLE = [SLICES, 'resourceslices.resource.k8s.io']

const TEMPLATED = ['replicasets.apps', 'daemonsets.apps', 'statefulsets.apps', 'replicationcontrollers']

/** With which selectors things related to an object are looked for. */
export function lookedFor(info: ResourceInfo, object: KubeObject): Manner {
  const { name, namespace = '', uid } = object.metadata
  const owned = info.resource === 'deployments.apps' || TEMPLATED.includes(info.resource)
  return (resource, word) => ({
    ...(owned ? { namespace } : {}),
    whole: WHOLE.includes(resource),
    query: queryFor(resource, word) ?? {},
  })

  function queryFor(resource: string, word: string | undefined): UserRequest['query'] {
    if (resource === 'events') {
      // Events of nodes that bear their names for a uid are looked for, too.
      const wanted = { name, namespace, kind: info.kind, uid: word === name ? name : uid }
      const terms = Object.entries(wanted).map(([field, value]) => `involvedObject.${field}=${value}`)
      return { fieldSelector: terms.join(',') }
    }
    if (info.resource === 'nodes') {
      if (resource === 'pods') return { fieldSelector: `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed` }
      return resource === 'resourceslices.resource.k8s.io' ? { fieldSelector: `spec.nodeName=${name}` } : undefined
    }
    if (resource === SLICES) return { labelSelector: `kubernetes.io/service-name=${name}` }
    const { selector } = (object.spec ?? {}) as { selector?: LabelSelector | StringMap }
    if (!selector || !['pods', 'replicasets.apps'].includes(resource)) return undefined
    const whole = info.resource === 'replicationcontrollers' ? { matchLabels: selector as StringMap } : (selector as LabelSelector)
    return { labelSelector: formatLabelSelector(whole) }
  }
}

/** The looks in the order in which kubectl makes them. */
export function inOrder<T extends { request: UserRequest }>(info: ResourceInfo, looks: T[]): T[] {
  const first = FIRST[info.resource] ?? []
  const rank = ({ request: { info: at } }: T) => {
    const place = first.indexOf(at.resource)
    return place < 0 ? first.length : place
  }
  return looks
    .map((look, i) => ({ look, i }))
    .sort((a, b) => rank(a.look) - rank(b.look) || a.i - b.i)
    .map(({ look }) => look)
}
