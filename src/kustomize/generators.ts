// configMapGenerator and secretGenerator. Upstream: kustomize api/internal/generators, api/kv/kv.go, kyaml/yaml/datamap.go.
import type { JsonObject } from '../lib/patch/value'
import { failure, wrapped } from './failure'
import type { GeneratorArgs, GeneratorOptions } from './kustomization'
import type { Loader } from './loader'
import { type Behavior, Resource } from './resource'

type Pair = [key: string, value: Buffer]

/** `key=value`; quotes around the whole value are taken off. */
function literal(source: string): Pair {
  const equals = source.indexOf('=')
  if (equals <= 0) throw failure(`invalid literal source ${source}, expected key=value`)
  const value = source.slice(equals + 1)
  const quoted = value.length >= 2 && /^["']/.test(value) && value[0] === value.at(-1)
  return [source.slice(0, equals), Buffer.from(quoted ? value.slice(1, -1) : value)]
}

function fileSource(source: string): { key: string; file: string } {
  const parts = source.split('=')
  if (parts.length === 1) return { key: source.split('/').at(-1) ?? source, file: source }
  if (parts.length > 2) throw failure(`source ${JSON.stringify(source)} key name or file path contains '='`)
  const [key, file] = parts
  if (!key) throw failure(`missing key name for file path ${JSON.stringify(file)} in source ${JSON.stringify(source)}`)
  if (!file) throw failure(`missing file path for key name ${JSON.stringify(key)} in source ${JSON.stringify(source)}`)
  return { key, file }
}

function envLines(text: string): Pair[] {
  const pairs: Pair[] = []
  for (const raw of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    const line = raw.trimStart()
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    pairs.push(equals < 0 ? [line, Buffer.from('')] : [line.slice(0, equals), Buffer.from(line.slice(equals + 1))])
  }
  return pairs
}

function pairsOf(loader: Loader, args: GeneratorArgs): Pair[] {
  const envs = [...(args.envs ?? []), ...(args.env ? [args.env] : [])]
  const literals = args.literals ?? []
  const files = args.files ?? []
  return wrapped('loading KV pairs', () => [
    ...wrapped(`env source files: [${envs.join(' ')}]`, () => envs.flatMap((file) => envLines(loader.load(file).toString('utf8')))),
    ...wrapped(`literal sources [${literals.join(' ')}]`, () => literals.map(literal)),
    ...wrapped(`file sources: [${files.join(' ')}]`, () =>
      files.map((source): Pair => {
        const { key, file } = fileSource(source)
        return [key, loader.load(file)]
      }),
    ),
  ])
}

function dataOf(loader: Loader, args: GeneratorArgs): Pair[] {
  const pairs = pairsOf(loader, args)
  const seen = new Set<string>()
  for (const [key] of pairs) {
    if (seen.has(key)) throw failure(`configmap ${args.name} illegally repeats the key \`${key}\``)
    seen.add(key)
  }
  return pairs
}

/** Long values are broken into lines of 70 characters. */
function base64(value: Buffer): string {
  const encoded = value.toString('base64')
  return encoded.length < 70 ? encoded : encoded.replace(/.{1,70}/g, '$&\n')
}

function isUtf8(value: Buffer): boolean {
  return Buffer.from(value.toString('utf8')).equals(value)
}

function mergedOptions(local: GeneratorOptions = {}, global: GeneratorOptions = {}): GeneratorOptions {
  return {
    labels: { ...global.labels, ...local.labels },
    annotations: { ...global.annotations, ...local.annotations },
    disableNameSuffixHash: local.disableNameSuffixHash || global.disableNameSuffixHash,
    immutable: local.immutable || global.immutable,
  }
}

function generated(kind: string, args: GeneratorArgs, options: GeneratorOptions, fields: JsonObject): Resource {
  const { labels = {}, annotations = {} } = options
  const resource = new Resource({
    apiVersion: 'v1',
    kind,
    metadata: {
      name: args.name ?? '',
      ...(args.namespace ? { namespace: args.namespace } : {}),
      ...(Object.keys(labels).length ? { labels } : {}),
      ...(Object.keys(annotations).length ? { annotations } : {}),
    },
    ...fields,
    ...(options.immutable ? { immutable: true } : {}),
  })
  resource.hashed = !options.disableNameSuffixHash
  const behaviors: Behavior[] = ['create', 'merge', 'replace']
  resource.behavior = behaviors.find((b) => b === args.behavior) ?? 'unspecified'
  return resource
}

function requireName(args: GeneratorArgs): void {
  if (!args.name) throw failure('a configmap must have a name')
}

/** Throws CommandError. */
export function generateConfigMap(loader: Loader, args: GeneratorArgs, global: GeneratorOptions | undefined): Resource {
  requireName(args)
  const pairs = dataOf(loader, args)
  const text = pairs.filter(([, value]) => isUtf8(value)).map(([key, value]) => [key, value.toString('utf8')])
  const binary = pairs.filter(([, value]) => !isUtf8(value)).map(([key, value]) => [key, base64(value)])
  return generated('ConfigMap', args, mergedOptions(args.options, global), {
    ...(text.length ? { data: Object.fromEntries(text) } : {}),
    ...(binary.length ? { binaryData: Object.fromEntries(binary) } : {}),
  })
}

/** Throws CommandError. */
export function generateSecret(loader: Loader, args: GeneratorArgs, global: GeneratorOptions | undefined): Resource {
  requireName(args)
  const data = Object.fromEntries(dataOf(loader, args).map(([key, value]) => [key, base64(value)]))
  return generated('Secret', args, mergedOptions(args.options, global), { type: args.type || 'Opaque', data })
}
