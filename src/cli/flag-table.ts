// The commands and flags of kubectl v1.37 as data: what `commands.json` says, looked up by the words of the command line.
import { parseData, parseEntry, parseHead } from '../lib/data'
import source from './commands.json'

export interface FlagSpec {
  name: string
  short?: string
  /** pflag's type word: bool, string, stringSlice, stringArray, int, int32, int64, duration, tristate, stringToString, mapStringString. */
  type: string
  default?: string
  /** The value a bare `--flag` stands for; without it a value is required. */
  noValue?: string
  /** Said on stderr when the flag is used; such flags are not in the help. */
  deprecated?: string
  /** The same for the letter. */
  shortDeprecated?: string
}

export interface CommandSpec {
  /** `kubectl create service nodeport` */
  path: string
  /** The usage line without its parents, `nodeport NAME [--tcp=port:targetPort] …`. */
  use: string
  aliases?: string[]
  flags?: FlagSpec[]
}

interface Table {
  version: string
  global: FlagSpec[]
  commands: CommandSpec[]
}

let table: Table | undefined
let head: Table | undefined

export function commandTable(): Table {
  table ??= parseData<Table>(source)
  return table
}

/** Defaults that kubectl's help shows and `commands.json` does not. */
const DEFAULTS: Record<string, Record<string, string>> = { proxy: { 'api-prefix': '/', 'www-prefix': '/static/' } }

/** Flags that are there only where a variable is `true`. Upstream: the FeatureGates of kubectl/pkg/cmd/util/helpers.go. */
const GATED: Record<string, { gate: string; flag: FlagSpec }> = {
  apply: { gate: 'KUBECTL_APPLYSET', flag: { name: 'applyset', type: 'string', default: '' } },
}

/** The command at this path (`create service nodeport`, no leading kubectl), with the flags that the variables open. */
export function commandSpec(path: string, variables: Record<string, string | undefined> = {}): CommandSpec | undefined {
  const spec = parseEntry<CommandSpec>(source, 'commands', 'path', path ? `kubectl ${path}` : 'kubectl')
  const gated = GATED[path]
  if (spec && gated && variables[gated.gate]?.toLowerCase() === 'true') {
    return { ...spec, flags: [...(spec.flags ?? []), gated.flag].sort((a, b) => (a.name < b.name ? -1 : 1)) }
  }
  const defaults = DEFAULTS[path]
  if (!spec || !defaults) return spec
  return { ...spec, flags: spec.flags?.map((flag) => ({ ...flag, default: defaults[flag.name] ?? flag.default })) }
}

/** The direct subcommands of a path, in help order. */
export function subcommands(path: string): CommandSpec[] {
  const prefix = path ? `kubectl ${path} ` : 'kubectl '
  return commandTable().commands.filter((c) => c.path.startsWith(prefix) && !c.path.slice(prefix.length).includes(' '))
}

/** The canonical word for a subcommand or its alias below `path`. */
export function subcommandNamed(path: string, word: string): string | undefined {
  for (const c of subcommands(path)) {
    const name = c.path.slice(c.path.lastIndexOf(' ') + 1)
    if (name === word || c.aliases?.includes(word)) return name
  }
  return undefined
}

/** Global flags that klog adds; hidden in kubectl's help but accepted everywhere. */
const LOG_FLAGS: FlagSpec[] = [
  { name: 'v', short: 'v', type: 'int', default: '0' },
  { name: 'vmodule', type: 'string' },
  { name: 'log-flush-frequency', type: 'duration', default: '5s' },
  { name: 'help', short: 'h', type: 'bool', default: 'false', noValue: 'true' },
]

const RECORD: FlagSpec = {
  name: 'record',
  type: 'bool',
  default: 'false',
  noValue: 'true',
  deprecated: '--record will be removed in the future',
}
const RECORDING =
  'annotate,apply,apply edit-last-applied,autoscale,create,edit,expose,label,patch,replace,run,scale,set image,set resources,set selector,set serviceaccount'
const CPU_PERCENT: FlagSpec = {
  name: 'cpu-percent',
  type: 'int32',
  default: '-1',
  deprecated: "Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).",
}

const IGNORED = 'it is ignored by kubectl run and will be removed in a future release'
const RUN_FILENAME: FlagSpec = {
  name: 'filename',
  short: 'f',
  type: 'stringSlice',
  default: '[]',
  deprecated: IGNORED,
  shortDeprecated: IGNORED,
}

const REORDER: FlagSpec = {
  name: 'reorder',
  type: 'string',
  default: 'legacy',
  deprecated: "use the new 'sortOptions' field in kustomization.yaml instead.",
}

/** Flags that help does not show. Upstream: the callers of pflag's MarkDeprecated. */
function deprecatedFlags(path: string): FlagSpec[] {
  const word = path.replace(/^kubectl ?/, '')
  return [
    ...(RECORDING.split(',').includes(word) ? [RECORD] : []),
    ...(word === 'autoscale' ? [CPU_PERCENT] : []),
    ...(word === 'run' ? [RUN_FILENAME] : []),
    ...(word === 'kustomize' ? [REORDER] : []),
  ]
}

const REQUIRED: Record<string, string[]> = {
  autoscale: ['max'],
  'create clusterrolebinding': ['clusterrole'],
  'create cronjob': ['image', 'schedule'],
  'create deployment': ['image'],
  'create service externalname': ['external-name'],
  'kuberc set': ['section'],
  run: ['image'],
  scale: ['replicas'],
}

/** The flags a command cannot do without. Upstream: the callers of cobra's MarkFlagRequired. */
export function requiredFlags(path: string): string[] {
  return REQUIRED[path] ?? []
}

/** Groups of commands that do nothing themselves: their help goes to this stream. Upstream: the callers of DefaultSubCommandRun. */
const GROUPS: Record<string, 'stdout' | 'stderr'> = {
  auth: 'stderr',
  config: 'stderr',
  'create secret': 'stderr',
  'create service': 'stderr',
  kuberc: 'stderr',
  plugin: 'stderr',
  rollout: 'stdout',
  set: 'stderr',
  top: 'stderr',
}

/** Where the help of a mere group of commands goes when its subcommand is missing; undefined for other commands. */
export function groupStream(path: string): 'stdout' | 'stderr' | undefined {
  return GROUPS[path]
}

/** Commands whose usage line says `[flags]` of its own accord. Upstream: those without DisableFlagsInUseLine. */
const FLAGS_IN_USE_LINE = new Set(
  ',api-resources,auth,cluster-info,cluster-info dump,config current-context,config get-clusters,config get-users,config view,create cronjob,create service,kustomize,plugin list,top,version'.split(
    ',',
  ),
)

export function showsFlagsInUseLine(path: string): boolean {
  return FLAGS_IN_USE_LINE.has(path)
}

/** kubesim's own global flags. */
const OWN_FLAGS: FlagSpec[] = [
  { name: 'state', type: 'string' },
  { name: 'no-color', type: 'bool', default: 'false', noValue: 'true' },
]

/** Every flag a command takes; its own ones hide global ones of the same name or letter. */
export function flagsOf(spec: CommandSpec): FlagSpec[] {
  const own = [...(spec.flags ?? []), ...deprecatedFlags(spec.path)]
  const names = new Set(own.map((f) => f.name))
  const letters = new Set(own.map((f) => f.short))
  head ??= parseHead<Table>(source, 'commands')
  const shared = [...head.global, ...LOG_FLAGS, ...OWN_FLAGS].filter((f) => !names.has(f.name))
  return [...own, ...shared.map((f) => (f.short && letters.has(f.short) ? { ...f, short: undefined } : f))]
}
