// Lists of objects by selector, as the API server answers them.
import type { KubeObject } from '../api/types'
import { ApiError } from '../errors'
import { checkFieldSelector, fieldsMatch, parseFieldSelector } from '../lib/field-selector'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import { fromStored } from '../schema/conversion'
import type { ResourceInfo } from '../schema/resources'
import { groupVersion } from './discovery'
import type { ApiServer } from './server'

export interface Query {
  labelSelector?: string
  fieldSelector?: string
}

/** Objects in storage order. `namespace` undefined: all of them. Throws ApiError Forbidden, BadRequest for selectors that cannot be read. */
export function listObjects(server: ApiServer, info: ResourceInfo, namespace: string | undefined, query: Query = {}): KubeObject[] {
  server.authorize('list', info, namespace)
  const { byLabel, byField } = selectorsOf(info, query)
  const values = byLabel.filter(({ operator }) => operator === '=' || operator === '==').flatMap((each) => each.values)
  let objects = server.storage.list(info.resource, info.namespaced ? namespace : undefined, values)
  if (byLabel.length) objects = objects.filter((o) => selectorMatches(byLabel, o.metadata.labels))
  if (byField) objects = objects.filter((o) => fieldsMatch(byField, o))
  return objects
}

function selectorsOf(info: ResourceInfo, { labelSelector = '', fieldSelector = '' }: Query) {
  try {
    return {
      byLabel: labelSelector ? parseLabelSelector(labelSelector) : [],
      byField: fieldSelector ? checkFieldSelector(parseFieldSelector(fieldSelector), info.resource) : undefined,
    }
  } catch (error) {
    const resource = `${info.group}/${info.version}, Resource=${info.plural}`
    throw new ApiError(
      'BadRequest',
      `Unable to find ${JSON.stringify(resource)} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}: ${(error as Error).message}`,
    )
  }
}

/** The warning that reading a deprecated kind brings. Upstream: the kinds' APILifecycleDeprecated tags. */
export function readWarning(info: ResourceInfo): string | undefined {
  if (info.resource === 'endpoints') return 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
  if (info.resource === 'componentstatuses') return 'v1 ComponentStatus is deprecated in v1.19+'
  return undefined
}

/** An object as the asked-for version shows it: its own apiVersion and kind first. */
export function presented(info: ResourceInfo, object: KubeObject): KubeObject {
  return fromStored(object, groupVersion(info), info.kind)
}
