// Lists of objects by selector, as the API server answers them.
import type { KubeObject } from '../api/types'
import { ApiError } from '../errors'
import { checkFieldSelector, type FieldRequirement, fieldsMatch, parseFieldSelector } from '../lib/field-selector'
import { parseLabelSelector, selectorMatches } from '../lib/label-selector'
import { fromStored } from '../schema/conversion'
import type { ResourceInfo } from '../schema/resources'
import { groupVersion } from './discovery'
import type { ApiServer } from './server'

export interface Query {
  labelSelector?: string
  fieldSelector?: string
}

export interface Selection {
  matches(object: KubeObject): boolean
  /** Texts that are values of labels in every object that matches. */
  values: string[]
  /** One that is a value somewhere in them. */
  naming?: string
}

/** Fields whose value stands in the object just as one asks for it; others may be numbers, or have a default. */
const AS_WRITTEN = new Set(['metadata.name', 'spec.nodeName', 'involvedObject.name', 'involvedObject.uid'])

const isAsWritten = ({ field, operator, value }: FieldRequirement) => operator === '=' && value !== '' && AS_WRITTEN.has(field)

/** Which objects a query means. Throws ApiError BadRequest for selectors that cannot be read. */
export function selection(info: ResourceInfo, { labelSelector = '', fieldSelector = '' }: Query): Selection {
  try {
    const labels = labelSelector ? parseLabelSelector(labelSelector) : []
    const fields = fieldSelector ? checkFieldSelector(parseFieldSelector(fieldSelector), info) : undefined
    return {
      matches: (object) =>
        (labels.length === 0 || selectorMatches(labels, object.metadata.labels)) && (!fields || fieldsMatch(fields, object)),
      values: labels.filter(({ operator }) => operator === '=' || operator === '==').flatMap(({ values }) => values),
      naming: info.custom ? undefined : fields?.find(isAsWritten)?.value,
    }
  } catch (error) {
    throw new ApiError('BadRequest', (error as Error).message)
  }
}

/**
 * Objects in storage order. `namespace` undefined: all of them. Throws ApiError Forbidden, and BadRequest for selectors that cannot
 * be read, in the words in which kubectl passes them on.
 */
export function listObjects(server: ApiServer, info: ResourceInfo, namespace: string | undefined, query: Query = {}): KubeObject[] {
  return server.answer({ verb: 'list', info, namespace, query }, () => {
    const { matches, values, naming } = selected(info, query)
    const place = info.namespaced ? namespace : undefined
    const { storage } = server
    const found = naming === undefined ? storage.list(info.resource, place, values) : storage.mentioning(info.resource, place, naming)
    return found.filter(matches)
  })
}

/** Throws ApiError NotFound for a subresource that such objects have not, in the client's words for the method. */
export function requireSubresource(info: ResourceInfo, subresource: string, method: 'get' | 'put' | 'patch', name: string): void {
  if (!subresource || info.subresources.includes(subresource)) return
  throw new ApiError('NotFound', `the server could not find the requested resource (${method} ${info.resource} ${name})`)
}

/** Asks for an object that may not be there. Throws ApiError Forbidden. */
export function lookUp(server: ApiServer, info: ResourceInfo, namespace: string | undefined, name: string): KubeObject | undefined {
  try {
    return server.get(info, namespace, name)
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return undefined
    throw error
  }
}

export function selected(info: ResourceInfo, query: Query): Selection {
  try {
    return selection(info, query)
  } catch (error) {
    const { labelSelector = '', fieldSelector = '' } = query
    const resource = `${info.group}/${info.version}, Resource=${info.plural}`
    throw new ApiError(
      'BadRequest',
      `Unable to find ${JSON.stringify(resource)} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}: ${(error as Error).message}`,
    )
  }
}

/** The warning that every request for a deprecated kind or version brings. Upstream: the kinds' APILifecycleDeprecated tags. */
export function readWarning(info: ResourceInfo): string | undefined {
  if (info.resource === 'endpoints') return 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'
  if (info.resource === 'componentstatuses') return 'v1 ComponentStatus is deprecated in v1.19+'
  return info.deprecation
}

/** Notes that warning for whoever makes the request. */
export function warnOfReading({ warnings }: ApiServer, info: ResourceInfo): void {
  const warning = readWarning(info)
  if (warning !== undefined) warnings.push(warning)
}

/** An object as the asked-for version shows it: its own apiVersion and kind first. */
export function presented(info: ResourceInfo, object: KubeObject): KubeObject {
  return fromStored(object, groupVersion(info), info.kind)
}
