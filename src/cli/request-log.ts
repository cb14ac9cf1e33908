// -v: what the client says of its requests. Upstream: client-go/transport/round_trippers.go, tools/clientcmd/loader.go, features/envvar.go.
import fs from 'node:fs'
import { groupVersion } from '../apiserver/discovery'
import type { UserRequest } from '../apiserver/options'
import { continueAfter } from '../apiserver/rest/lists'
import type { Host } from '../env'
import { reasonOf } from '../runtime/http-text'
import type { Flags } from './flags'
import { klogLine } from './klog'
import { kubeconfigPaths, serverAddress } from './kubeconfig'

/** From these levels on the client says which features it has, where it found its config, and what it asks. */
const FEATURES = 2
const CONFIG = 6
const REQUESTS = 6
const HEADERS = 7

/** The feature gates of the client library, in the order of their names: upstream's order is chance. */
const GATES: [name: string, enabled: boolean][] = [
  ['AtomicFIFO', true],
  ['ClientsAllowCARotation', true],
  ['ClientsAllowCBOR', false],
  ['ClientsAllowTLSCacheGC', true],
  ['ClientsPreferCBOR', false],
  ['InOrderInformers', true],
  ['InOrderInformersBatchProcess', true],
  ['InformerResourceVersion', true],
  ['UnlockWhileProcessingFIFO', true],
  ['WatchListClient', true],
]

const METHODS: Record<string, string> = { get: 'GET', list: 'GET', create: 'POST', update: 'PUT', patch: 'PATCH', delete: 'DELETE' }
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'

/** Writes the lines of -v to stderr as requests are made; undefined where the level asks for none. */
export function requestLog(host: Host, flags: Flags, path: string): ((request: UserRequest, status: number) => void) | undefined {
  const level = flags.number('v')
  const say = (place: string, message: string) => host.streams.err(klogLine(host, 'I', place, message))
  if (level >= CONFIG) {
    for (const file of kubeconfigPaths(host, flags).files.filter((name) => fs.existsSync(name))) {
      say('loader.go:408', `Config loaded from file:  ${file}`)
    }
  }
  if (level >= FEATURES) {
    for (const [name, enabled] of GATES) say('envvar.go:195', `"Feature gate default state" feature="${name}" enabled=${enabled}`)
  }
  if (level < REQUESTS) return undefined
  const server = serverAddress(host, flags).replace(/\/$/, '')
  return (request, status) => {
    for (const query of queriesOf(request, flags, path)) tell(request, query, status)
  }

  function tell(request: UserRequest, query: string, status: number): void {
    const target = `verb="${METHODS[request.verb] ?? request.verb.toUpperCase()}" url="${server}${pathOf(request)}${query}"`
    const answered = `status="${status} ${reasonOf(status)}"`
    if (level < HEADERS) say('round_trippers.go:632', `"Response" ${target} ${answered} milliseconds=0`)
    else {
      const table = asksForTable(flags, path)
      const headers = `\tAccept: ${table ? TABLE : 'application/json'}\n\tUser-Agent: kubectl/v1.37.2 (linux/amd64)\n`
      say('round_trippers.go:527', `"Request" ${target} headers=<\n${headers} >`)
      say('round_trippers.go:632', `"Response" ${answered} milliseconds=0`)
    }
  }
}

function pathOf({ info, namespace, name, subresource }: UserRequest): string {
  const root = info.group ? `/apis/${groupVersion(info)}` : `/api/${info.version}`
  const place = info.namespaced && namespace ? `/namespaces/${namespace}` : ''
  return `${root}${place}/${info.plural}${name ? `/${name}` : ''}${subresource ? `/${subresource}` : ''}`
}

/** One a request: a list that is longer than a page is asked for in pages. */
function queriesOf(request: UserRequest, flags: Flags, path: string): string[] {
  const { listed = [] } = request
  const words = queryOf(request, flags, path)
  const page = Number(words.limit ?? 0)
  const starts = [...listed.keys()].filter((i) => i > 0 && page > 0 && i % page === 0)
  return [words, ...starts.map((i) => ({ ...words, continue: continueAfter(listed[i - 1], 1) }))].map((each) => {
    const text = new URLSearchParams(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))).toString()
    return text && `?${text}`
  })
}

function asksForTable(flags: Flags, path: string): boolean {
  return path === 'get' && flags.bool('server-print') && ['', 'wide'].includes(flags.string('output'))
}

const VALIDATED = ['create', 'update', 'patch']

/** The server's word for a value of --validate. */
function validationOf(value: string): string {
  if (value === 'warn') return 'Warn'
  return value === 'ignore' || value === 'false' ? 'Ignore' : 'Strict'
}

function queryOf({ verb, query = {}, parameters, options }: UserRequest, flags: Flags, path: string): Record<string, string> {
  const words: Record<string, string> = { ...parameters }
  if (query.fieldSelector) words.fieldSelector = query.fieldSelector
  if (query.labelSelector) words.labelSelector = query.labelSelector
  // Only who can say how long pages are asks for pages; what is to be sorted is asked for whole.
  const sorts = flags.has('sort-by') && flags.string('sort-by') !== ''
  const chunk = flags.has('chunk-size') && !sorts ? flags.number('chunk-size') : 0
  if (verb === 'list' && chunk > 0) words.limit = String(chunk)
  // What is to be sorted by is looked for in whole objects.
  if (asksForTable(flags, path) && flags.string('sort-by')) words.includeObject = 'Object'
  if (options?.dryRun) words.dryRun = 'All'
  // A client that names no manager is called after its program.
  const applies = options?.force !== undefined
  if (applies) words.force = String(options.force)
  if (options?.manager && (applies || path === 'apply' || options.manager !== 'kubectl') && verb !== 'delete')
    words.fieldManager = options.manager
  if (options?.manager && flags.has('validate') && VALIDATED.includes(verb)) words.fieldValidation = validationOf(flags.string('validate'))
  return words
}
