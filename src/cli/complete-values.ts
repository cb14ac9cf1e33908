// What may stand at a place of a command line: kinds, names of objects, containers, ports, contexts.
// Upstream: kubectl/pkg/util/completion, and the commands' ValidArgsFunction.
import fs from 'node:fs'
import type { Host } from '../env'
import { NO_FILES, NO_SPACE } from './complete'
import { commandTable } from './flag-table'
import type { Flags } from './flags'
import { KubeconfigFiles, type Section } from './kubeconfig'
import { run } from './run'

/** Words that fit, each with an optional tab and description, and what the shell is to do with them. */
export interface Offer {
  choices: string[]
  directive: number
}

/** The command line up to the word that is being typed. */
export interface Line {
  path: string
  flags: Flags
  args: string[]
  last: string
  host: Host
}

type Completer = (line: Line) => Offer | Promise<Offer>

/** Commands whose first argument is one of these. */
export const WORDS: Record<string, string[]> = { completion: ['bash', 'zsh', 'fish', 'powershell'] }

/** Runs a command of this program on the same cluster; resolves to what it prints, '' when it fails. */
async function answerOf(line: Line, words: string[]): Promise<string> {
  const global = new Set([...commandTable().global.map(({ name }) => name), 'state'])
  const flags = line.flags.order.filter(([name]) => global.has(name)).map(([name, text]) => `--${name}=${text}`)
  const printed: string[] = []
  const streams = { ...line.host.streams, out: (text: string) => void printed.push(text), err: () => {} }
  const variables = { ...line.host.variables, KUBERC: 'off' }
  await run([...words, ...flags], { ...line.host, variables, streams })
  return printed.join('')
}

async function fromTemplate(line: Line, words: string[], template: string, typed = line.last): Promise<string[]> {
  const printed = await answerOf(line, ['get', ...words, '-o', 'go-template', `--template=${template}`])
  return printed.split(' ').filter((word) => word !== '' && word.startsWith(typed))
}

function namesOf(line: Line, resource: string, typed = line.last): Promise<string[]> {
  return fromTemplate(line, [resource], '{{range .items}}{{.metadata.name}} {{end}}', typed)
}

function containersOf(line: Line, pod: string): Promise<string[]> {
  const template = '{{range .spec.initContainers}}{{.name}} {{end}}{{range .spec.containers}}{{.name}} {{end}}'
  return fromTemplate(line, ['pod', pod], template)
}

/** Kinds that can be listed; of several by commas the last is being typed. */
async function kinds(line: Line): Promise<string[]> {
  const comma = line.last.lastIndexOf(',') + 1
  const names = (await answerOf(line, ['api-resources', '--verbs=get', '-o', 'name'])).split('\n')
  return names.filter((name) => name !== '' && name.startsWith(line.last.slice(comma))).map((name) => line.last.slice(0, comma) + name)
}

/** TYPE NAME … or TYPE/NAME …; `types` are the only ones offered. */
function typeAndName(types?: string[], repeated = true): Completer {
  const typesFor = async (line: Line) => (types ? types.filter((type) => type.startsWith(line.last)) : kinds(line))
  return async (line) => {
    const { args, last } = line
    if (args.length && !args[0].includes('/')) {
      if (!repeated && args.length !== 1) return { choices: [], directive: NO_FILES }
      const names = await namesOf(line, args[0])
      return { choices: names.filter((name) => !args.slice(1).includes(name)), directive: NO_FILES }
    }
    const slash = last.indexOf('/')
    if (slash < 0) {
      if (args.length === 0) return { choices: await typesFor(line), directive: NO_FILES }
      if (!repeated) return { choices: [], directive: NO_FILES }
      return { choices: (await typesFor(line)).map((type) => `${type}/`), directive: NO_FILES | NO_SPACE }
    }
    if (!repeated && args.length) return { choices: [], directive: NO_FILES }
    const names = await namesOf(line, last.slice(0, slash), last.slice(slash + 1))
    const choices = names.map((name) => `${last.slice(0, slash)}/${name}`).filter((choice) => !args.includes(choice))
    return { choices, directive: NO_FILES }
  }
}

/** The names of one kind, for the first argument. */
function nameOf(resource: string): Completer {
  return async (line) => ({ choices: line.args.length ? [] : await namesOf(line, resource), directive: NO_FILES })
}

const WITH_PODS = ['daemonsets', 'deployments', 'pods', 'jobs', 'replicasets', 'replicationcontrollers', 'services', 'statefulsets']

/** Pods, or TYPE/NAME of what has Pods. */
async function podOrOwner(line: Line): Promise<Offer> {
  const { last } = line
  const slash = last.indexOf('/')
  if (slash >= 0) {
    const names = await namesOf(line, last.slice(0, slash), last.slice(slash + 1))
    return { choices: names.map((name) => `${last.slice(0, slash)}/${name}`), directive: NO_FILES }
  }
  const pods = await namesOf(line, 'pod')
  const types = WITH_PODS.filter((type) => type.startsWith(last)).map((type) => `${type}/`)
  return { choices: [...pods, ...types], directive: pods.length ? NO_FILES : NO_FILES | NO_SPACE }
}

async function podThen(line: Line, second?: (line: Line, pod: string) => Promise<string[]>): Promise<Offer> {
  if (line.args.length === 0) return podOrOwner(line)
  if (line.args.length > 1 || !second) return { choices: [], directive: NO_FILES }
  return { choices: await second(line, await podBehind(line, line.args[0])), directive: NO_FILES }
}

/** The Pod that TYPE/NAME means. */
async function podBehind(line: Line, word: string): Promise<string> {
  if (!word.includes('/')) return word
  const selector =
    '{{if .spec.selector.matchLabels}}{{range $k, $v := .spec.selector.matchLabels}}{{$k}}={{$v}},{{end}}{{else}}{{range $k, $v := .spec.selector}}{{$k}}={{$v}},{{end}}{{end}}'
  if (/^(po|pods?)\//.test(word)) return word.slice(word.indexOf('/') + 1)
  const labels = (await answerOf(line, ['get', word, '-o', 'go-template', `--template=${selector}`])).replace(/,$/, '')
  if (!labels) return ''
  const running = await answerOf(line, ['get', 'pods', '-l', labels, '--field-selector=status.phase=Running', '-o', 'name'])
  return running.split('\n')[0].replace('pod/', '')
}

async function ports(line: Line): Promise<Offer> {
  if (line.args.length !== 1) return podThen(line)
  const [type, name] = line.args[0].split('/')
  // Before the colon stands the local port: as typed, else the same.
  const local = line.last.split(':')[0]
  if (['service', 'services', 'svc'].includes(type)) {
    const template = `{{range .spec.ports}}${local || '{{.port}}'}:{{.port}} {{end}}`
    return { choices: await fromTemplate(line, ['service', name], template), directive: NO_FILES }
  }
  const template = `{{range .spec.containers}}{{range .ports}}${local || '{{.containerPort}}'}:{{.containerPort}} {{end}}{{end}}`
  return { choices: await fromTemplate(line, ['pod', await podBehind(line, line.args[0])], template), directive: NO_FILES }
}

/** Names of the kubeconfig. */
function configNames(line: Line, section: Section): string[] {
  try {
    return [...KubeconfigFiles.load(line.host, line.flags).merged[section].keys()].filter((name) => name.startsWith(line.last)).sort()
  } catch {
    return []
  }
}

function fromConfig(section: Section): Completer {
  return (line) => ({ choices: line.args.length ? [] : configNames(line, section), directive: NO_FILES })
}

async function copied(line: Line): Promise<Offer> {
  const { args, last } = line
  const offer = (choices: string[]) => ({ choices, directive: NO_SPACE })
  if (args.length || /^[/.~]/.test(last) || last.includes(':')) return offer([])
  const slash = last.indexOf('/')
  if (slash > 0) {
    const words = ['pod', '--namespace', last.slice(0, slash)]
    return offer(await fromTemplate(line, words, '{{range .items}}{{.metadata.namespace}}/{{.metadata.name}}: {{end}}'))
  }
  const found = [...(await namesOf(line, 'namespace')).map((name) => `${name}/`), ...(await namesOf(line, 'pod')).map((name) => `${name}:`)]
  if (last === '') return offer([...found, './', '/'])
  if (found.length === 0) return offer([])
  const files = fs.readdirSync(line.host.cwd, { withFileTypes: true }).filter((file) => file.name.startsWith(last))
  return offer([...found, ...files.map((file) => (file.isDirectory() ? `${file.name}/` : file.name))])
}

const ROLLED = ['deployment', 'daemonset', 'statefulset']
const SCALED = ['deployment', 'replicaset', 'replicationcontroller', 'statefulset']
const ANY = typeAndName()

const ARGUMENTS: Record<string, Completer> = {
  annotate: ANY,
  'apply edit-last-applied': ANY,
  'apply view-last-applied': ANY,
  attach: (line) => podThen(line),
  autoscale: typeAndName(SCALED),
  'config delete-cluster': fromConfig('clusters'),
  'config delete-context': fromConfig('contexts'),
  'config delete-user': fromConfig('users'),
  'config rename-context': fromConfig('contexts'),
  'config set-context': fromConfig('contexts'),
  'config use-context': fromConfig('contexts'),
  cordon: nameOf('node'),
  cp: copied,
  'create token': nameOf('serviceaccount'),
  debug: ANY,
  delete: ANY,
  describe: ANY,
  drain: nameOf('node'),
  edit: ANY,
  exec: (line) => podThen(line),
  expose: typeAndName(['pod', 'service', 'replicationcontroller', 'deployment', 'replicaset']),
  get: ANY,
  label: ANY,
  logs: (line) => podThen(line, containersOf),
  patch: ANY,
  'port-forward': ports,
  'rollout history': typeAndName(ROLLED),
  'rollout pause': typeAndName(['deployment']),
  'rollout restart': typeAndName(ROLLED),
  'rollout resume': typeAndName(['deployment']),
  'rollout status': typeAndName(ROLLED, false),
  'rollout undo': typeAndName(ROLLED),
  scale: typeAndName(SCALED),
  'set image': typeAndName(
    ['daemonsets', 'deployments', 'pods', 'cronjobs', 'replicasets', 'replicationcontrollers', 'statefulsets'],
    false,
  ),
  taint: typeAndName(['node']),
  'top node': nameOf('node'),
  'top pod': nameOf('pod'),
  uncordon: nameOf('node'),
}

/** The formats of `get -o`, in the order of its help. */
const FORMATS =
  'json,yaml,kyaml,name,go-template,go-template-file,template,templatefile,jsonpath,jsonpath-as-json,jsonpath-file,custom-columns,custom-columns-file,wide'.split(
    ',',
  )

const FLAG_VALUES: Record<string, Completer> = {
  namespace: async (line) => ({ choices: await namesOf(line, 'namespace'), directive: NO_FILES }),
  context: (line) => ({ choices: configNames(line, 'contexts'), directive: NO_FILES }),
  cluster: (line) => ({ choices: configNames(line, 'clusters'), directive: NO_FILES }),
  user: (line) => ({ choices: configNames(line, 'users'), directive: NO_FILES }),
  'get --output': (line) => ({ choices: FORMATS.filter((format) => format.startsWith(line.last)), directive: NO_FILES }),
  'exec --container': async (line) => ({
    choices: line.args.length ? await containersOf(line, await podBehind(line, line.args[0])) : [],
    directive: NO_FILES,
  }),
  'create clusterrolebinding --clusterrole': async (line) => ({ choices: await namesOf(line, 'clusterrole'), directive: NO_FILES }),
  subresource: () => ({ choices: ['status', 'scale', 'resize'], directive: NO_FILES }),
}

/** What the next argument may be; undefined when nothing is known of it. */
export function completeWord(line: Line): Promise<Offer> | Offer | undefined {
  return ARGUMENTS[line.path]?.(line)
}

/** What the value of a flag may be; nothing, and files, when nothing is known of it. */
export async function completeFlagValue(flag: string, line: Line): Promise<Offer> {
  const own = FLAG_VALUES[`${line.path} --${flag}`]
  // A flag of the same name that holds several is another.
  const shared = line.flags.holdsText(flag) ? FLAG_VALUES[flag] : undefined
  return (await (own ?? shared)?.(line)) ?? { choices: [], directive: 0 }
}
