// Building a kustomization: resources, generators, components, then the transformations; hashes and references at the very end.
// Upstream: kustomize api/internal/target/kusttarget.go, api/krusty/kustomizer.go.
import { configMapHash, secretHash } from '../lib/hash'
import { isObject } from '../lib/patch/value'
import { failure, messageOf, wrapped } from './failure'
import { generateConfigMap, generateSecret } from './generators'
import { type Kustomization, readKustomization } from './kustomization'
import { Loader } from './loader'
import { fixNameReferences } from './name-references'
import { isLocal, readJson6902, readPatch, readStrategicMerges } from './patches'
import { objectsOfFile, resourcesOf } from './read'
import { applyReplacements } from './replacements'
import { gvkOf, labelsOf, type Resource, text } from './resource'
import { ResourceMap } from './resource-map'
import { addAnnotations, addLabels, addPrefix, addSuffix, legacyOrder, setImages, setNamespace, setReplicas } from './transformers'

export interface BuildOptions {
  /** The directory that relative paths start from. */
  cwd: string
  /** Files must be in or below the kustomization's directory; true unless told. */
  restricted?: boolean
  /** The order asked for by flag, for kustomizations that ask for none. */
  reorder?: 'legacy' | 'none'
  /** Told of deprecated fields, a line with its newline. */
  warn(line: string): void
}

const ORDER_FIRST = [
  ...['Namespace', 'ResourceQuota', 'StorageClass', 'CustomResourceDefinition', 'ServiceAccount', 'PodSecurityPolicy', 'Role'],
  ...['ClusterRole', 'RoleBinding', 'ClusterRoleBinding', 'ConfigMap', 'Secret', 'Endpoints', 'Service', 'LimitRange'],
  ...['PriorityClass', 'PersistentVolume', 'PersistentVolumeClaim', 'Deployment', 'StatefulSet', 'CronJob', 'PodDisruptionBudget'],
]
const ORDER_LAST = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** The objects of the kustomization in a directory. Throws CommandError in kustomize's words. */
export function buildKustomization(directory: string, options: BuildOptions): Resource[] {
  const loader = Loader.at(directory, options.cwd, options.restricted ?? true)
  const target = new Target(loader, options.warn)
  const map = target.accumulate(new ResourceMap())
  addHashes(map)
  fixNameReferences(map)
  map.resources = map.resources.filter((r) => !isLocal(r))
  for (const resource of map.resources) tidyAnnotations(resource)
  return inOrder(map, target.kustomization, options.reorder)
}

/** Annotations have been rewritten as texts on the way. */
function tidyAnnotations(resource: Resource): void {
  const { metadata } = resource.value
  if (!isObject(metadata) || !isObject(metadata.annotations) || !Object.keys(metadata.annotations).length) return
  resource.value = { ...resource.value, metadata: { ...metadata, annotations: labelsOf(resource.value, 'annotations') } }
}

function addHashes(map: ResourceMap): void {
  for (const resource of map.resources.filter((r) => r.hashed)) {
    const { data, binaryData, type } = resource.value
    const own = { name: '', data: isObject(data) ? data : ('' as const) }
    const binary = isObject(binaryData) ? { binaryData } : {}
    const isSecret = gvkOf(resource.value).kind === 'Secret'
    const hash = isSecret ? secretHash({ ...own, type: text(type) }) : configMapHash({ ...own, ...binary })
    resource.rememberId()
    resource.set('name', `${resource.id.name}-${hash}`)
  }
}

/** kubectl asks for the legacy order where the kustomization asks for none. */
function inOrder(map: ResourceMap, { sortOptions }: Kustomization, reorder: BuildOptions['reorder'] = 'legacy'): Resource[] {
  const { order = reorder === 'none' ? 'fifo' : 'legacy', legacySortOptions } = sortOptions ?? {}
  if (order !== 'legacy' && order !== 'fifo') throw failure("the field 'sortOptions.order' must be one of [fifo, legacy]")
  if (order === 'fifo' && legacySortOptions) {
    throw failure("the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'")
  }
  if (order === 'fifo') return map.resources
  const { orderFirst, orderLast } = legacySortOptions ?? { orderFirst: ORDER_FIRST, orderLast: ORDER_LAST }
  return legacyOrder(map, orderFirst ?? [], orderLast ?? [])
}

/** One directory with a kustomization. */
class Target {
  readonly kustomization: Kustomization

  constructor(
    private readonly loader: Loader,
    private readonly warn: (line: string) => void,
  ) {
    this.kustomization = readKustomization(loader, warn)
  }

  /** Adds the directory's objects to `map` and transforms all that is in it then. */
  accumulate(map: ResourceMap): ResourceMap {
    const { kustomization, loader } = this
    const { components = [], configMapGenerator = [], secretGenerator = [], generatorOptions } = kustomization
    wrapped('accumulating resources', () => {
      for (const path of kustomization.resources) this.addResource(map, path)
    })
    for (const args of configMapGenerator) this.absorb(map, generateConfigMap(loader, args, generatorOptions))
    for (const args of secretGenerator) this.absorb(map, generateSecret(loader, args, generatorOptions))
    wrapped('accumulating components', () => {
      for (const path of components) this.addComponent(map, path)
    })
    this.transform(map)
    return map
  }

  private absorb(map: ResourceMap, made: Resource): void {
    wrapped('merging from generator', () => map.absorb(made))
  }

  /** A file, or when it cannot be read as one a directory with a kustomization of its own. */
  private addResource(map: ResourceMap, path: string): void {
    let asFile: string
    try {
      this.addFile(map, path)
      return
    } catch (error) {
      asFile = messageOf(error)
    }
    let loader: Loader
    try {
      loader = this.loader.child(path)
    } catch (error) {
      if (asFile.includes('MalformedYAMLError')) throw failure(asFile)
      throw failure(`accumulation err='${asFile}': ${messageOf(error)}`)
    }
    wrapped(`accumulation err='${asFile}'`, () => this.addDirectory(map, loader, false))
  }

  private addFile(map: ResourceMap, path: string): void {
    const resources = wrapped(`accumulating resources from '${path}'`, () => resourcesOf(objectsOfFile(this.loader, path)))
    wrapped(`merging resources from '${path}'`, () => {
      for (const resource of resources) map.append(resource)
    })
  }

  private addComponent(map: ResourceMap, path: string): void {
    const loader = wrapped(
      (message) => `loader.New ${JSON.stringify(message)}`,
      () => this.loader.child(path),
    )
    wrapped(
      (message) => `accumulateDirectory: ${JSON.stringify(message)}`,
      () => this.addDirectory(map, loader, true),
    )
  }

  private addDirectory(map: ResourceMap, loader: Loader, component: boolean): void {
    const { root } = loader
    const target = wrapped(`couldn't make target for path '${root}'`, () => new Target(loader, this.warn))
    const { kind } = target.kustomization
    if (component && kind !== 'Component') throw failure(`expected kind 'Component' for path '${root}' but got '${kind}'`)
    if (!component && kind === 'Component') throw failure(`expected kind != 'Component' for path '${root}'`)
    // A component works on what its parent has so far, a base on its own objects alone.
    const built = wrapped(`recursed accumulation of path '${root}'`, () => target.accumulate(component ? map : new ResourceMap()))
    if (component) return
    wrapped(`recursed merging from path '${root}'`, () => {
      for (const resource of built.resources) map.append(resource)
    })
  }

  private transform(map: ResourceMap): void {
    const { kustomization: k, loader } = this
    // What cannot be read is told before anything is done.
    const merges = k.patchesStrategicMerge?.length ? [readStrategicMerges(loader, k.patchesStrategicMerge)] : []
    const patches = [...merges, ...(k.patches ?? []).map((patch) => readPatch(loader, patch))]
    const patches6902 = (k.patchesJson6902 ?? []).map((patch) => readJson6902(loader, patch))
    for (const patch of patches) patch(map)
    if (k.namespace) setNamespace(map, k.namespace)
    if (k.namePrefix) addPrefix(map, k.namePrefix)
    if (k.nameSuffix) addSuffix(map, k.nameSuffix)
    addLabels(map, k)
    if (k.commonAnnotations) addAnnotations(map, k.commonAnnotations)
    for (const patch of patches6902) patch(map)
    for (const replica of k.replicas ?? []) setReplicas(map, replica)
    for (const image of k.images ?? []) setImages(map, image)
    if (k.replacements?.length) applyReplacements(map, loader, k.replacements)
  }
}

export { byNamespace } from './transformers'
