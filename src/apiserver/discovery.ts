// Which resources the server knows: the built-in ones and those of CustomResourceDefinitions, found by name, kind or short name.
import type { Records, View } from '../api/contracts'
import type { KubeObject } from '../api/types'
import { builtinResources, type ResourceInfo } from '../schema/resources'

interface ScalePaths {
  specReplicasPath: string
  statusReplicasPath: string
  labelSelectorPath?: string
}

export interface Crd extends KubeObject {
  spec: {
    group: string
    scope: string
    names: { plural: string; singular?: string; kind: string; shortNames?: string[]; categories?: string[] }
    versions: {
      name: string
      served: boolean
      storage: boolean
      deprecated?: boolean
      deprecationWarning?: string
      subresources?: { status?: object; scale?: ScalePaths }
      selectableFields?: { jsonPath: string }[]
    }[]
  }
}

const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

function customResources(crd: Crd): ResourceInfo[] {
  const { group, names, scope } = crd.spec
  const conditions = (crd.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions
  if (!conditions?.some((c) => c.type === 'Established' && c.status === 'True')) return []
  const served = crd.spec.versions.filter((v) => v.served).sort((a, b) => compareVersions(a.name, b.name))
  return served.map((v) => ({
    resource: `${names.plural}.${group}`,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    group,
    version: v.name,
    kind: names.kind,
    namespaced: scope === 'Namespaced',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: CUSTOM_VERBS,
    subresources: [...(v.subresources?.status ? ['status'] : []), ...(v.subresources?.scale ? ['scale'] : [])],
    custom: true,
    ...(v.subresources?.scale ? { scale: scalePaths(v.subresources.scale) } : {}),
    selectableFields: (v.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, '')),
    deprecation: v.deprecated ? (v.deprecationWarning ?? deprecationOf(v.name, crd)) : undefined,
    storageVersion: crd.spec.versions.find(({ storage }) => storage)?.name,
  }))
}

/** `.spec.replicas` by its steps. */
function scalePaths({ specReplicasPath, statusReplicasPath, labelSelectorPath }: ScalePaths): ResourceInfo['scale'] {
  const steps = (path: string) => path.replace(/^\./, '').split('.')
  return {
    spec: steps(specReplicasPath),
    status: steps(statusReplicasPath),
    ...(labelSelectorPath ? { selector: steps(labelSelectorPath) } : {}),
  }
}

/** Names the best version instead, if there is one. Upstream: apiextensions-apiserver/pkg/apiserver/customresource_handler.go. */
function deprecationOf(version: string, { spec }: Crd): string {
  const better = spec.versions.filter((v) => v.served && !v.deprecated && compareVersions(v.name, version) < 0).map((v) => v.name)
  const [best] = better.sort(compareVersions)
  const text = `${spec.group}/${version} ${spec.names.kind} is deprecated`
  return best === undefined ? text : `${text}; use ${spec.group}/${best} ${spec.names.kind}`
}

/** Kubernetes' order of versions: v2, v1, v1beta2, v1beta1, v1alpha1, others. Upstream: apimachinery/pkg/version CompareKubeAwareVersionStrings. */
export function compareVersions(a: string, b: string): number {
  const rank = (v: string) => {
    const m = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(v)
    return m ? [m[2] === 'alpha' ? 1 : m[2] === 'beta' ? 2 : 3, Number(m[1]), Number(m[3] ?? 0)] : [0, 0, 0]
  }
  const [x, y] = [rank(a), rank(b)]
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return y[i] - x[i]
  return a < b ? -1 : a > b ? 1 : 0
}

export function groupVersion(info: { group: string; version: string }): string {
  return info.group ? `${info.group}/${info.version}` : info.version
}

/** `pods`, `events.events.k8s.io`: the plural and the group that a client names. */
export function groupResource({ plural, group }: { plural: string; group: string }): string {
  return group ? `${plural}.${group}` : plural
}

/** kubectl keeps what it discovered this long, ms. Upstream: cli-runtime's genericclioptions (NewCachedDiscoveryClientForConfig). */
const KEPT_MS = 6 * 3600 * 1000
const GONE = 'gone-types'

interface Gone {
  infos: ResourceInfo[]
  /** ms. */
  until: number
}

export class Discovery {
  private custom: ResourceInfo[] | undefined
  constructor(
    private readonly view: View,
    private readonly records: Records,
    private readonly now: () => number,
    /** Takes what is to be said of a user's word besides its meaning. */
    private readonly warn?: (message: string) => void,
  ) {}

  /** Notes that a definition is gone: kubectl's cache knows its types for some time. */
  remember(definition: Crd): void {
    this.records.put<Gone>(GONE, definition.metadata.name, { infos: customResources(definition), until: this.now() + KEPT_MS })
  }

  /** A type that is served no longer, but that kubectl still knows. */
  resolveGone(word: string): ResourceInfo | undefined {
    const gone = this.records.list<Gone>(GONE).filter(([, { until }]) => until > this.now())
    return found(
      gone.flatMap(([, { infos }]) => infos),
      word,
    )
  }

  /** To be called when a CustomResourceDefinition changed. */
  forget(): void {
    this.custom = undefined
  }

  private customs(): ResourceInfo[] {
    this.custom ??= this.view
      .list<Crd>('customresourcedefinitions.apiextensions.k8s.io')
      .flatMap(customResources)
      .sort((a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0))
    return this.custom
  }

  /** Every served resource, one entry a version; built-in ones first, preferred versions before others. */
  all(): ResourceInfo[] {
    return [...builtinResources(), ...this.customs()]
  }

  /** The preferred version of `pods` or `deployments.apps`. */
  byResource(resource: string): ResourceInfo | undefined {
    const match = (r: ResourceInfo) => r.resource === resource
    return builtinResources().find(match) ?? this.customs().find(match)
  }

  byKind(apiVersion: string, kind: string): ResourceInfo | undefined {
    const match = (r: ResourceInfo) => r.kind === kind && groupVersion(r) === apiVersion
    return builtinResources().find(match) ?? this.customs().find(match)
  }

  /**
   * What a user's word means: `po`, `pods`, `Pod`, `deployments.apps`, `deployments.v1.apps`, an abbreviated group (`hpa.autoscal`).
   * Undefined when nothing matches.
   */
  resolve(word: string): ResourceInfo | undefined {
    // Built-in resources are asked first: custom ones cost a look at the CRDs.
    return named(builtinResources(), word) ?? named(this.customs(), word) ?? this.byShortName(word) ?? byKindName(this.all(), word)
  }

  /** All resources that have this plural, singular or short name, the first of their groups first. Upstream: restmapper.go ResourcesFor. */
  resolveAll(name: string): ResourceInfo[] {
    const first = this.resolve(name)
    if (!first) return []
    const lower = name.toLowerCase()
    const alike = this.all().filter(({ plural, singular }) => plural === lower || singular === lower)
    return alike.length ? alike : [first]
  }

  /** Warns of the other resources that the short name might mean. */
  private byShortName(word: string): ResourceInfo | undefined {
    const resources = this.all()
    const chosen = shortNamed(resources, word)
    if (!chosen) return undefined
    const [short, ...rest] = word.split('.')
    const name = groupResource(chosen)
    const others = resources.filter((r) => r.shortNames.includes(short)).map(groupResource)
    if (!rest.length)
      for (const other of new Set(others.filter((each) => each !== name)))
        this.warn?.(`short name ${JSON.stringify(short)} could also match lower priority resource ${other}`)
    return chosen
  }

  /** The resources of a category such as `all`, each once. */
  category(name: string): ResourceInfo[] {
    const seen = new Set<string>()
    return this.all().filter((r) => r.categories.includes(name) && !seen.has(r.resource) && seen.add(r.resource))
  }
}

function found(resources: ResourceInfo[], word: string): ResourceInfo | undefined {
  return named(resources, word) ?? shortNamed(resources, word)
}

function named(resources: ResourceInfo[], word: string): ResourceInfo | undefined {
  const [name, ...rest] = word.toLowerCase().split('.')
  return pick(
    resources.filter((r) => r.plural === name || r.singular === name),
    rest,
  )
}

/** Short names are taken as they are. */
function shortNamed(resources: ResourceInfo[], word: string): ResourceInfo | undefined {
  const [short] = word.split('.')
  const [, ...rest] = word.toLowerCase().split('.')
  return pickByShortName(
    resources.filter((r) => r.shortNames.includes(short)),
    rest,
  )
}

/** At last a word is taken for a kind, as it is written or in small letters; a group is a whole one then. */
function byKindName(resources: ResourceInfo[], word: string): ResourceInfo | undefined {
  const [name, ...rest] = word.split('.')
  const hits = resources.filter((r) => r.kind === name || r.kind.toLowerCase() === name)
  const [version, ...group] = rest
  return (
    hits.find((r) => r.version === version && r.group === group.join('.')) ??
    hits.find((r) => rest.length === 0 || r.group === rest.join('.'))
  )
}

/** `rest` is `VERSION.GROUP`, else `GROUP`, else the beginning of one. Upstream: apimachinery/pkg/api/meta/restmapper.go KindsFor. */
function pick(hits: ResourceInfo[], rest: string[]): ResourceInfo | undefined {
  if (!hits.length || !rest.length) return hits[0]
  const [version, ...afterVersion] = rest
  const exact = afterVersion.length > 0 && hits.find((r) => r.version === version && r.group === afterVersion.join('.'))
  if (exact) return exact
  const group = rest.join('.')
  return hits.find((r) => r.group === group) ?? hits.find((r) => r.group.startsWith(group))
}

/** A short name is first made a long one, whereby a version that stands behind it is forgotten. Upstream: restmapper/shortcut.go. */
function pickByShortName(hits: ResourceInfo[], rest: string[]): ResourceInfo | undefined {
  const groups = rest.length ? [rest.join('.'), ...(rest.length > 1 ? [rest.slice(1).join('.')] : [])] : undefined
  return hits.find((r) => !groups || groups.includes(r.group)) ?? (groups && pick(hits, rest))
}
