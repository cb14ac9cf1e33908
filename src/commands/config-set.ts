// kubectl config set PROPERTY VALUE, and the property paths that `unset` reads as well.
// Upstream: kubectl/pkg/cmd/config/set.go, navigation_step_parser.go.
import type { Command, CommandContext } from '../cli/context'
import { type KubeconfigFiles, type Section, STANZA, type Stanza } from '../cli/kubeconfig'
import { CommandError } from '../errors'
import { kubeconfigOf, refuseArguments } from './config-shared'

type FieldKind = 'string' | 'bool' | 'bytes' | 'list' | 'map' | 'extensions' | 'struct'

/** By the names of the client's own types, which differ from the file's where it says `as`. Upstream: client-go/tools/clientcmd/api/types.go. */
const FIELDS: Record<Section, Record<string, FieldKind>> = {
  clusters: {
    server: 'string',
    'tls-server-name': 'string',
    'insecure-skip-tls-verify': 'bool',
    'certificate-authority': 'string',
    'certificate-authority-data': 'bytes',
    'proxy-url': 'string',
    'disable-compression': 'bool',
    extensions: 'extensions',
  },
  contexts: { cluster: 'string', user: 'string', namespace: 'string', extensions: 'extensions' },
  users: {
    'client-certificate': 'string',
    'client-certificate-data': 'bytes',
    'client-key': 'string',
    'client-key-data': 'bytes',
    token: 'string',
    tokenFile: 'string',
    'act-as': 'string',
    'act-as-uid': 'string',
    'act-as-groups': 'list',
    'act-as-user-extra': 'map',
    username: 'string',
    password: 'string',
    'auth-provider': 'struct',
    exec: 'struct',
    extensions: 'extensions',
  },
}

/** Where a property path leads: a whole section, a stanza, a field of one, or a member of the file itself. */
export type Property =
  | { at: 'section'; section: Section }
  | { at: 'stanza'; section: Section; name: string }
  | { at: 'field'; section: Section; name: string; field: string; kind: FieldKind; rest: string[] }
  | { at: 'current-context' | 'kind' | 'apiVersion' }
  | { at: 'preferences'; field?: string }

/** Names may contain dots: what stands before the first known field is the name. Throws CommandError. */
export function propertyNamed(path: string): Property {
  const [first, ...rest] = path.split('.')
  if (first === 'current-context' || first === 'kind' || first === 'apiVersion') return { at: first }
  if (first === 'preferences') return rest.length ? { at: 'preferences', field: rest.join('.') } : { at: 'preferences' }
  if (!Object.hasOwn(STANZA, first)) throw new CommandError(`unable to parse ${path} after [] at api.Config`)
  const section = first as Section
  if (rest.length === 0) return { at: 'section', section }
  const known = rest.findIndex((part, i) => i > 0 && Object.hasOwn(FIELDS[section], part))
  if (known < 0) return { at: 'stanza', section, name: rest.join('.') }
  const field = rest[known]
  return {
    at: 'field',
    section,
    name: rest.slice(0, known).join('.'),
    field: field.replace(/^act-/, ''),
    kind: FIELDS[section][field],
    rest: rest.slice(known + 1),
  }
}

/** Members that are written even when empty. */
const NEEDED: Partial<Record<Section, Stanza>> = { contexts: { cluster: '', user: '' }, clusters: { server: '' } }

async function set(context: CommandContext): Promise<void> {
  const { args, flags } = context
  if (args.length !== 2) await refuseArguments(context)
  const [path, value] = args
  if (!value) throw new CommandError('you cannot use set to unset a property')
  if (!path) throw new CommandError('you must specify a property')
  const files = kubeconfigOf(context)
  apply(files, path, propertyNamed(path), value, flags.string('set-raw-bytes') === 'true')
  context.out(`Property "${path}" set.\n`)
}

function apply(files: KubeconfigFiles, path: string, property: Property, value: string, rawBytes: boolean): void {
  switch (property.at) {
    case 'current-context':
      files.setCurrentContext(value)
      return
    case 'kind':
    case 'apiVersion':
      return
    case 'preferences':
      if (property.field !== 'colors') throw unset(path)
      files.setPreferences({ ...files.merged.preferences, colors: boolean(value) })
      return
    case 'section':
    case 'stanza':
      throw noMap()
    case 'field':
      setField(files, path, property, value, rawBytes)
  }
}

function unset(path: string): CommandError {
  return new CommandError(`unable to parse one or more field values of ${path}`)
}

function noMap(): CommandError {
  return new CommandError("can't set a map to a value: map[]")
}

function setField(files: KubeconfigFiles, path: string, property: Property & { at: 'field' }, value: string, rawBytes: boolean): void {
  const { section, name, field, kind, rest } = property
  if (kind === 'map' && rest.length) throw new CommandError('string is not of type struct')
  if (rest.length || kind === 'struct') throw unset(path)
  if (kind === 'map' || kind === 'extensions') throw noMap()
  if (kind === 'list') throw new CommandError('unrecognized slice type. string')
  const stanza: Stanza = { ...NEEDED[section], ...files.merged[section].get(name) }
  if (kind === 'bool') {
    if (boolean(value)) stanza[field] = true
    else delete stanza[field]
  } else if (kind === 'bytes') stanza[field] = rawBytes ? Buffer.from(value).toString('base64') : decoded(value)
  else stanza[field] = value
  files.setStanza(section, name, stanza)
}

function boolean(value: string): boolean {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value)) return true
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(value)) return false
  throw new CommandError(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`)
}

function decoded(value: string): string {
  const bad = value.search(/[^A-Za-z0-9+/=]/)
  if (bad >= 0 || value.length % 4 !== 0) {
    throw new CommandError(
      `error decoding input value: illegal base64 data at input byte ${bad >= 0 ? bad : value.length - (value.length % 4)}`,
    )
  }
  return value
}

export const command: Command = { run: set }
