// The built-in resources of v1.37 as the discovery documents list them.
import { parseData, parseDerived, parseMember } from '../lib/data'
import resourceSource from './resources.json'
import source from './schema.json'

/** One served version of one resource. */
export interface ResourceInfo {
  /** Plural and group: `pods`, `deployments.apps`; of a resource served by two groups, that of the group it is stored in. */
  resource: string
  plural: string
  singular: string
  group: string
  version: string
  kind: string
  namespaced: boolean
  shortNames: string[]
  categories: string[]
  verbs: string[]
  /** `status`, `scale`, `log`, … */
  subresources: string[]
  /** Defined by a CustomResourceDefinition. */
  custom?: boolean
  /** The fields, `spec.color`, by which such resources can be selected besides their name and namespace. */
  selectableFields?: string[]
  /** Where a custom resource keeps what its Scale says. */
  scale?: { spec: string[]; status: string[]; selector?: string[] }
  /** Said to whoever asks for a version that its definition calls deprecated. */
  deprecation?: string
  /** The version in which a custom resource is stored. */
  storageVersion?: string
}

/** The types: `schema.json` is large and parsed only when fields are looked at; the resource list is small and always needed. */
interface SchemaFile {
  version: string
  /** `apps/v1/Deployment` -> type name */
  kinds: Record<string, string>
  types: Record<string, unknown>
}

/** A line of a discovery document: a resource, or a subresource (`deployments/scale`) with the group and version of its kind. */
export interface ResourceEntry {
  groupVersion: string
  name: string
  singularName: string
  namespaced: boolean
  kind: string
  verbs: string[]
  group?: string
  version?: string
  shortNames?: string[]
  categories?: string[]
}

interface ResourceFile {
  version: string
  resources: ResourceEntry[]
}

/** Events are served by two groups and stored in the older one. */
const STORED_AS: Record<string, string> = { 'events.events.k8s.io': 'events' }

let file: SchemaFile | undefined
let resources: ResourceInfo[] | undefined

/** All of the schema; a command that asks for a few types does better with `schemaType`. */
export function schemaFile(): SchemaFile {
  file ??= parseData<SchemaFile>(source)
  return file
}

const types = new Map<string, unknown>()
const kinds = new Map<string, string | undefined>()

/** What the schema says of a type (`core.v1.ServicePort`); undefined when it knows none of this name. */
export function schemaType(name: string): unknown {
  if (!types.has(name)) types.set(name, file ? memberOf(file.types, name) : parseMember(source, 'types', name))
  return types.get(name)
}

/** The type of a kind: `apps/v1`, `Deployment` -> `apps.v1.Deployment`; undefined when the schema knows none. */
export function schemaKind(apiVersion: string, kind: string): string | undefined {
  const name = `${apiVersion}/${kind}`
  if (!kinds.has(name)) kinds.set(name, file ? memberOf(file.kinds, name) : parseMember<string>(source, 'kinds', name))
  return kinds.get(name)
}

function memberOf<T>(members: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined
}

/** The discovery documents' lines on the built-in resources, subresources behind their resource. */
export function builtinEntries(): ResourceEntry[] {
  return parseData<ResourceFile>(resourceSource).resources
}

export function builtinResources(): ResourceInfo[] {
  resources ??= parseDerived<ResourceFile, ResourceInfo[]>(resourceSource, 'resources', resourcesOf)
  return resources
}

function resourcesOf({ resources: entries }: ResourceFile): ResourceInfo[] {
  const found = new Map<string, ResourceInfo>()
  for (const e of entries) {
    const slash = e.name.indexOf('/')
    if (slash >= 0) {
      found.get(`${e.groupVersion}/${e.name.slice(0, slash)}`)?.subresources.push(e.name.slice(slash + 1))
      continue
    }
    const behindGroup = e.groupVersion.indexOf('/')
    const group = behindGroup < 0 ? '' : e.groupVersion.slice(0, behindGroup)
    const own = group ? `${e.name}.${group}` : e.name
    found.set(`${e.groupVersion}/${e.name}`, {
      resource: STORED_AS[own] ?? own,
      plural: e.name,
      singular: e.singularName,
      group,
      version: e.groupVersion.slice(behindGroup + 1),
      kind: e.kind,
      namespaced: e.namespaced,
      shortNames: e.shortNames ?? [],
      categories: e.categories ?? [],
      verbs: e.verbs,
      subresources: [],
    })
  }
  return [...found.values()]
}
