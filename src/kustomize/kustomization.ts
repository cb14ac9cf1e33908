// A kustomization file: its fields, and what is refused in it.
// Upstream: kustomize api/types/kustomization.go, api/internal/target/kusttarget.go.
import { isObject, type JsonObject } from '../lib/patch/value'
import { parseYaml } from '../schema/yaml'
import { failure, messageOf, wrapped } from './failure'
import type { Loader } from './loader'
import type { Gvk } from './resource'

export interface Selector extends Partial<Gvk> {
  name?: string
  namespace?: string
  labelSelector?: string
  annotationSelector?: string
}

export interface FieldSpec extends Partial<Gvk> {
  path: string
  create?: boolean
}

export interface Label {
  pairs?: Record<string, string>
  includeSelectors?: boolean
  includeTemplates?: boolean
  includeVolumeClaimTemplates?: boolean
  fields?: FieldSpec[]
}

export interface Patch {
  path?: string
  patch?: string
  target?: Selector
  options?: { allowNameChange?: boolean; allowKindChange?: boolean }
}

export interface Image {
  name?: string
  newName?: string
  newTag?: string
  digest?: string
  tagSuffix?: string
}

export interface GeneratorOptions {
  labels?: Record<string, string>
  annotations?: Record<string, string>
  disableNameSuffixHash?: boolean
  immutable?: boolean
}

export interface GeneratorArgs {
  name?: string
  namespace?: string
  behavior?: string
  literals?: string[]
  files?: string[]
  envs?: string[]
  env?: string
  options?: GeneratorOptions
  /** Of a secret. */
  type?: string
}

export interface FieldOptions {
  delimiter?: string
  index?: number
  create?: boolean
}

export interface ReplacementSource extends Partial<Gvk> {
  name?: string
  namespace?: string
  fieldPath?: string
  options?: FieldOptions
}

export interface ReplacementTarget {
  select?: Selector
  reject?: Selector[]
  fieldPaths?: string[]
  options?: FieldOptions
}

export interface Replacement {
  path?: string
  source?: ReplacementSource
  sourceValue?: string
  targets?: ReplacementTarget[]
}

export interface SortOptions {
  order?: string
  legacySortOptions?: { orderFirst?: string[]; orderLast?: string[] }
}

export interface Kustomization {
  apiVersion: string
  kind: string
  namePrefix?: string
  nameSuffix?: string
  namespace?: string
  commonLabels?: Record<string, string>
  labels?: Label[]
  commonAnnotations?: Record<string, string>
  patchesStrategicMerge?: string[]
  patchesJson6902?: Patch[]
  patches?: Patch[]
  images?: Image[]
  replacements?: Replacement[]
  replicas?: { name?: string; count?: number }[]
  sortOptions?: SortOptions
  resources: string[]
  components?: string[]
  configMapGenerator?: GeneratorArgs[]
  secretGenerator?: GeneratorArgs[]
  generatorOptions?: GeneratorOptions
}

/** Field -> type: `s`tring, `b`ool, `i`nt, `m`ap of strings, a struct's name; `[]` before it for lists; `any` for what is refused later. */
type Fields = Record<string, string>

const GVK: Fields = { group: 's', version: 's', kind: 's' }
const ID: Fields = { ...GVK, name: 's', namespace: 's' }
const STRUCTS: Record<string, Fields> = {
  FieldSpec: { ...GVK, path: 's', create: 'b' },
  Label: { pairs: 'm', includeSelectors: 'b', includeTemplates: 'b', includeVolumeClaimTemplates: 'b', fields: '[]FieldSpec' },
  Selector: { ...ID, labelSelector: 's', annotationSelector: 's' },
  PatchArgs: { allowNameChange: 'b', allowKindChange: 'b' },
  Patch: { path: 's', patch: 's', target: 'Selector', options: 'PatchArgs' },
  Image: { name: 's', newName: 's', tagSuffix: 's', newTag: 's', digest: 's' },
  FieldOptions: { delimiter: 's', index: 'i', encoding: 's', create: 'b' },
  SourceSelector: { ...ID, fieldPath: 's', options: 'FieldOptions' },
  TargetSelector: { select: 'Selector', reject: '[]Selector', fieldPaths: '[]s', options: 'FieldOptions' },
  ReplacementField: { path: 's', source: 'SourceSelector', sourceValue: 's', targets: '[]TargetSelector' },
  Replica: { name: 's', count: 'l' },
  LegacySortOptions: { orderFirst: '[]s', orderLast: '[]s' },
  SortOptions: { order: 's', legacySortOptions: 'LegacySortOptions' },
  GeneratorOptions: { labels: 'm', annotations: 'm', disableNameSuffixHash: 'b', immutable: 'b' },
  ConfigMapArgs: {
    ...{ namespace: 's', name: 's', behavior: 's', literals: '[]s', files: '[]s', envs: '[]s', env: 's', options: 'GeneratorOptions' },
  },
  Kustomization: {
    ...{ apiVersion: 's', kind: 's', metadata: 'any', namePrefix: 's', nameSuffix: 's', namespace: 's' },
    ...{ commonLabels: 'm', labels: '[]Label', commonAnnotations: 'm', patchesStrategicMerge: '[]s', patchesJson6902: '[]Patch' },
    ...{ patches: '[]Patch', images: '[]Image', imageTags: '[]Image', replacements: '[]ReplacementField', replicas: '[]Replica' },
    ...{ sortOptions: 'SortOptions', resources: '[]s', bases: '[]s', components: '[]s', configMapGenerator: '[]ConfigMapArgs' },
    ...{ secretGenerator: '[]SecretArgs', generatorOptions: 'GeneratorOptions' },
    ...{ openapi: 'any', vars: 'any', crds: 'any', helmGlobals: 'any', helmCharts: 'any', helmChartInflationGenerator: 'any' },
    ...{ configurations: 'any', generators: 'any', transformers: 'any', validators: 'any', buildMetadata: 'any' },
  },
}
STRUCTS.SecretArgs = { ...STRUCTS.ConfigMapArgs, type: 's' }

const GO_TYPES: Fields = { s: 'string', b: 'bool', i: 'int', l: 'int64', m: 'map[string]string' }

function goType(type: string): string {
  if (type.startsWith('[]')) return `[]${goType(type.slice(2))}`
  return GO_TYPES[type] ?? `types.${type}`
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value
}

/** Fields that come from structs within the structs of generators, by the way that errors name them. */
const EMBEDDED: Record<string, string> = {
  ...{ name: 'GeneratorArgs', namespace: 'GeneratorArgs', behavior: 'GeneratorArgs', options: 'GeneratorArgs' },
  ...{ literals: 'GeneratorArgs.KvPairSources', files: 'GeneratorArgs.KvPairSources' },
  ...{ envs: 'GeneratorArgs.KvPairSources', env: 'GeneratorArgs.KvPairSources' },
}

function wayTo(struct: string, field: string): string {
  const generates = struct === 'ConfigMapArgs' || struct === 'SecretArgs'
  return generates && Object.hasOwn(EMBEDDED, field) ? `${EMBEDDED[field]}.${field}` : field
}

/**
 * encoding/json's reading of a value into a Go type, unknown fields refused; `struct` is the innermost one around it. Throws
 * CommandError.
 */
function decode(value: unknown, type: string, at: string, struct = 'Kustomization'): unknown {
  if (value === null || type === 'any') return value ?? undefined
  const mismatch = () => failure(`json: cannot unmarshal ${jsonKind(value)} into Go struct field ${struct}.${at} of type ${goType(type)}`)
  const scalars: Record<string, boolean> = {
    s: typeof value === 'string',
    b: typeof value === 'boolean',
    i: Number.isInteger(value),
    l: Number.isInteger(value),
  }
  if (type in scalars) {
    if (!scalars[type]) throw mismatch()
    return value
  }
  if (type.startsWith('[]')) {
    if (!Array.isArray(value)) throw mismatch()
    return value.map((item) => decode(item, type.slice(2), at, struct) ?? (type === '[]s' ? '' : {}))
  }
  if (!isObject(value)) throw mismatch()
  if (type === 'm') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, decode(v, 's', at, struct) ?? '']))
  const known = STRUCTS[type]
  const out: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    const field = Object.hasOwn(known, key) ? key : Object.keys(known).find((name) => name.toLowerCase() === key.toLowerCase())
    if (!field) throw failure(`json: unknown field ${JSON.stringify(key)}`)
    const way = wayTo(type, field)
    const read = decode(item, known[field], at ? `${at}.${way}` : way, type)
    if (read !== undefined) out[field] = read
  }
  return out
}

const NAMES = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

/** What a kustomization may hold that needs plugins, charts, schemas or other programs. */
const NOT_SIMULATED = [
  ...['openapi', 'vars', 'crds', 'helmGlobals', 'helmCharts', 'helmChartInflationGenerator'],
  ...['configurations', 'generators', 'transformers', 'validators', 'buildMetadata'],
]

const REPLACED: [string, string][] = [
  ['bases', 'resources'],
  ['commonLabels', 'labels'],
  ['imageTags', 'images'],
  ['patchesJson6902', 'patches'],
  ['patchesStrategicMerge', 'patches'],
]

function readFile(loader: Loader): string {
  const found: string[] = []
  for (const name of NAMES) {
    try {
      found.push(loader.load(name).toString('utf8'))
    } catch (error) {
      messageOf(error)
    }
  }
  if (!found.length) {
    const [first, second, third] = NAMES.map((name) => `'${name}'`)
    throw failure(`unable to find one of ${first}, ${second} or ${third} in directory '${loader.root}'`)
  }
  if (found.length > 1) throw failure(`Found multiple kustomization files under: ${loader.root}\n`)
  return found[0]
}

function enforce({ kind, apiVersion }: Kustomization, root: string): void {
  const errors: string[] = []
  if (kind !== 'Kustomization' && kind !== 'Component') errors.push('kind should be Kustomization or Component')
  const version = `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`
  if (apiVersion !== version) errors.push(`apiVersion for ${kind} should be ${version}`)
  if (errors.length) throw failure(`Failed to read kustomization file under ${root}:\n${errors.join('\n')}`)
}

/** Reads the kustomization of a directory; deprecated fields are moved to where they belong and `warn`ed of. Throws CommandError. */
export function readKustomization(loader: Loader, warn: (line: string) => void): Kustomization {
  const source = readFile(loader)
  const raw = wrapped('invalid Kustomization', () => {
    const value = wrapped('yaml', () => parseYaml(source)) as JsonObject | null
    return decode(value ?? {}, 'Kustomization', '') as Record<string, unknown>
  })
  for (const [field, instead] of REPLACED) {
    if (raw[field] === undefined) continue
    const advice = "Run 'kustomize edit fix' to update your Kustomization automatically."
    warn(`# Warning: '${field}' is deprecated. Please use '${instead}' instead. ${advice}\n`)
  }
  const { bases, imageTags, ...fields } = raw as { bases?: string[]; imageTags?: Image[] } & Partial<Kustomization>
  const kind = fields.kind || 'Kustomization'
  const kustomization: Kustomization = {
    ...fields,
    kind,
    apiVersion: fields.apiVersion || `kustomize.config.k8s.io/${kind === 'Component' ? 'v1alpha1' : 'v1beta1'}`,
    resources: [...(fields.resources ?? []), ...(bases ?? [])],
    images: [...(fields.images ?? []), ...(imageTags ?? [])],
  }
  if (Object.entries(raw).every(([key, value]) => key === 'kind' || key === 'apiVersion' || value === '')) {
    throw failure('kustomization.yaml is empty')
  }
  enforce(kustomization, loader.root)
  for (const field of NOT_SIMULATED) {
    if (raw[field] !== undefined) throw failure(`the field ${JSON.stringify(field)} of a kustomization is not simulated`)
  }
  return kustomization
}
