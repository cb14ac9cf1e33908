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

/** The command at this path (`create service nodeport`, no leading kubectl). */
export function commandSpec(path: string): CommandSpec | undefined {
  return parseEntry<CommandSpec>(source, 'commands', 'path', path ? `kubectl ${path}` : 'kubectl')
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

/** Flags that help does not show. Upstream: the callers of pflag's MarkDeprecated. */
function deprecatedFlags(path: string): FlagSpec[] {
  const word = path.replace(/^kubectl ?/, '')
  return [...(RECORDING.split(',').includes(word) ? [RECORD] : []), ...(word === 'autoscale' ? [CPU_PERCENT] : [])]
}

const REQUIRED: Record<string, string[]> = {
  autoscale: ['max'],
  'create clusterrolebinding': ['clusterrole'],
  'create cronjob': ['image', 'schedule'],
  'create deployment': ['image'],
  'create service externalname': ['external-name'],
  run: ['image'],
  scale: ['replicas'],
}

/** The flags a command cannot do without. Upstream: the callers of cobra's MarkFlagRequired. */
export function requiredFlags(path: string): string[] {
  return REQUIRED[path] ?? []
}

/** kubesim's own global flags. */
const OWN_FLAGS: FlagSpec[] = [{ name: 'state', type: 'string' }]

/** Every flag a command takes; its own ones hide global ones of the same name or letter. */
export function flagsOf(spec: CommandSpec): FlagSpec[] {
  const own = [...(spec.flags ?? []), ...deprecatedFlags(spec.path)]
  const names = new Set(own.map((f) => f.name))
  const letters = new Set(own.map((f) => f.short))
  head ??= parseHead<Table>(source, 'commands')
  const shared = [...head.global, ...LOG_FLAGS, ...OWN_FLAGS].filter((f) => !names.has(f.name))
  return [...own, ...shared.map((f) => (f.short && letters.has(f.short) ? { ...f, short: undefined } : f))]
}
