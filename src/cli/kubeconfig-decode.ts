// Reads a kubeconfig as Go reads it into v1.Config: members of known types, in the order of Go's structs; others are passed over.
// Upstream: client-go/tools/clientcmd/api/v1/types.go, sigs.k8s.io/json.

/** A Go struct's fields, or a type of Go. `data` is a []byte, base64 in the file. */
type Type = 'string' | 'bool' | 'data' | '[]string' | 'map[string]string' | 'map[string][]string' | 'any' | Struct | [Struct]

interface Struct {
  /** `Cluster` */
  name: string
  fields: Record<string, Type>
}

const EXTENSIONS: Type = [{ name: 'NamedExtension', fields: { name: 'string', extension: 'any' } }]

const CLUSTER: Struct = {
  name: 'Cluster',
  fields: {
    server: 'string',
    'tls-server-name': 'string',
    'insecure-skip-tls-verify': 'bool',
    'certificate-authority': 'string',
    'certificate-authority-data': 'data',
    'proxy-url': 'string',
    'disable-compression': 'bool',
    extensions: EXTENSIONS,
  },
}

const EXEC: Struct = {
  name: 'ExecConfig',
  fields: {
    command: 'string',
    args: '[]string',
    env: [{ name: 'ExecEnvVar', fields: { name: 'string', value: 'string' } }],
    apiVersion: 'string',
    installHint: 'string',
    provideClusterInfo: 'bool',
    interactiveMode: 'string',
  },
}

const USER: Struct = {
  name: 'AuthInfo',
  fields: {
    'client-certificate': 'string',
    'client-certificate-data': 'data',
    'client-key': 'string',
    'client-key-data': 'data',
    token: 'string',
    tokenFile: 'string',
    as: 'string',
    'as-uid': 'string',
    'as-groups': '[]string',
    'as-user-extra': 'map[string][]string',
    username: 'string',
    password: 'string',
    'auth-provider': { name: 'AuthProviderConfig', fields: { name: 'string', config: 'map[string]string' } },
    exec: EXEC,
    extensions: EXTENSIONS,
  },
}

const CONTEXT: Struct = { name: 'Context', fields: { cluster: 'string', user: 'string', namespace: 'string', extensions: EXTENSIONS } }

const CONFIG: Struct = {
  name: 'Config',
  fields: {
    kind: 'string',
    apiVersion: 'string',
    preferences: { name: 'Preferences', fields: { colors: 'bool', extensions: EXTENSIONS } },
    clusters: [{ name: 'NamedCluster', fields: { name: 'string', cluster: CLUSTER } }],
    users: [{ name: 'NamedAuthInfo', fields: { name: 'string', user: USER } }],
    contexts: [{ name: 'NamedContext', fields: { name: 'string', context: CONTEXT } }],
    'current-context': 'string',
    extensions: EXTENSIONS,
  },
}

/** The members v1.Config knows, in its order. Throws an Error for what is of another type: `json: cannot unmarshal …`. */
export function typedKubeconfig(value: unknown): Record<string, unknown> {
  const unknown = unknownKind(value)
  if (unknown) throw new Error(unknown)
  return struct(value, CONFIG, 'Config', '') as Record<string, unknown>
}

/** What the scheme says of a file that claims to be something else. */
function unknownKind(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { apiVersion = 'v1', kind = 'Config' } = value as { apiVersion?: unknown; kind?: unknown }
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined
  if (apiVersion.split('/').length > 2) return `unexpected GroupVersion string: ${apiVersion}`
  if ((apiVersion || 'v1') === 'v1' && (kind || 'Config') === 'Config') return undefined
  return `no kind ${JSON.stringify(kind || 'Config')} is registered for version ${JSON.stringify(apiVersion || 'v1')} in scheme "pkg/runtime/scheme.go:111"`
}

function goType(type: Type): string {
  if (Array.isArray(type)) return `[]v1.${type[0].name}`
  if (typeof type === 'object') return `v1.${type.name}`
  return type === 'data' ? '[]uint8' : type
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return value !== null && typeof value === 'object' ? 'object' : typeof value === 'boolean' ? 'bool' : typeof value
}

function wrong(value: unknown, type: Type, owner: string, path: string): Error {
  const where = path ? `Go struct field ${owner}.${path}` : 'Go value'
  return new Error(`json: cannot unmarshal ${jsonKind(value)} into ${where} of type ${goType(type)}`)
}

function struct(value: unknown, type: Struct, owner: string, path: string): unknown {
  if (jsonKind(value) !== 'object') throw wrong(value, type, owner, path)
  const members = value as Record<string, unknown>
  const read: Record<string, unknown> = {}
  // The first that is wrong by name is the one that is named.
  for (const name of Object.keys(members).sort()) {
    const member = members[name]
    const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
    if (field !== undefined) read[name] = member === null ? null : typed(member, field, type.name, path ? `${path}.${name}` : name)
  }
  return Object.fromEntries(Object.keys(type.fields).flatMap((name) => (name in read ? [[name, read[name]]] : [])))
}

function typed(value: unknown, type: Type, owner: string, path: string): unknown {
  const refuse = (): never => {
    throw wrong(value, type, owner, path)
  }
  const isText = (each: unknown) => typeof each === 'string' || each === null
  if (Array.isArray(type)) return Array.isArray(value) ? value.map((item) => struct(item ?? {}, type[0], owner, path)) : refuse()
  if (typeof type === 'object') return struct(value, type, owner, path)
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : refuse()
    case 'bool':
      return typeof value === 'boolean' ? value : refuse()
    case 'data':
      return typeof value === 'string' ? base64(value) : refuse()
    case '[]string':
      if (!Array.isArray(value)) return refuse()
      for (const item of value) if (!isText(item)) throw wrong(item, 'string', owner, path)
      return value
    case 'map[string]string':
    case 'map[string][]string':
      if (jsonKind(value) !== 'object') return refuse()
      for (const item of Object.values(value as object)) {
        if (type === 'map[string]string' ? !isText(item) : item !== null && !Array.isArray(item)) {
          throw wrong(item, type === 'map[string]string' ? 'string' : '[]string', owner, path)
        }
      }
      return value
    case 'any':
      return value
  }
}

/** The text itself. Throws for what encoding/base64 does not read. */
function base64(text: string): string {
  const plain = text.replace(/[\r\n]/g, '')
  const stray = /[^A-Za-z0-9+/=]/.exec(plain)
  if (stray) throw new Error(`illegal base64 data at input byte ${stray.index}`)
  if (plain.length % 4) throw new Error(`illegal base64 data at input byte ${plain.length - (plain.length % 4)}`)
  return text
}
