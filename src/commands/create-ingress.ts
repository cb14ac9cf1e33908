// kubectl create ingress. Upstream: kubectl/pkg/cmd/create/create_ingress.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { generate, intOrString, metadataOf, nameOf } from '../cli/generate'
import { CommandError } from '../errors'

// Host, path, service and port; then `,tls` and perhaps `=secret`. Upstream does not ask for the end of the text.
const RULE = /^[\w*.-]*\/.*=[\w-]+:[\w-]+(,tls=?[\w-]*)?/

interface Backend {
  service: { name: string; port: { number: number } | { name: string } }
}

interface Rule {
  host?: string
  http: { paths: { backend: Backend; path: string; pathType: string }[] }
}

interface Tls {
  hosts?: string[]
  secretName?: string
}

function backendOf(text: string): Backend {
  const [name, port] = text.split(':')
  const parsed = intOrString(port)
  return { service: { name, port: typeof parsed === 'number' ? { number: parsed } : { name: parsed } } }
}

function rulesOf(texts: string[]): Rule[] {
  const rules: Rule[] = []
  for (const text of texts) {
    const target = text.split(',')[0]
    const slash = target.indexOf('/')
    const host = target.slice(0, slash)
    const [rest, service] = target.slice(slash + 1).split('=')
    const prefix = rest.endsWith('*')
    const path = {
      backend: backendOf(service),
      path: `/${prefix ? rest.slice(0, -1) : rest}`,
      pathType: prefix ? 'Prefix' : 'Exact',
    }
    const known = rules.find((rule) => (rule.host ?? '') === host)
    if (known) known.http.paths.push(path)
    else rules.push({ ...(host ? { host } : {}), http: { paths: [path] } })
  }
  return rules
}

/** Each host stands under one secret only, the first one named for it. */
function tlsOf(texts: string[]): Tls[] {
  const found: Tls[] = []
  const seen = new Set<string>()
  for (const text of texts) {
    const parts = text.split(',')
    if (parts.length !== 2) continue
    const host = text.split('/')[0]
    const secret = parts[1].split('=')[1] ?? ''
    if (seen.has(host)) continue
    seen.add(host)
    const known = found.find((tls) => (tls.secretName ?? '') === secret)
    if (known) known.hosts = [...(known.hosts ?? []), host]
    else if (host || secret) found.push({ ...(host ? { hosts: [host] } : {}), ...(secret ? { secretName: secret } : {}) })
  }
  return found
}

function validate(context: CommandContext): void {
  const { flags } = context
  const backend = flags.string('default-backend')
  if (!backend && !flags.list('rule').length) {
    throw new CommandError(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    )
  }
  const wrong = flags.list('rule').find((rule) => !RULE.test(rule))
  if (wrong !== undefined) {
    throw new CommandError(`rule ${wrong} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`)
  }
  const bare = flags.list('annotation').find((text) => !text.includes('='))
  if (bare !== undefined) throw new CommandError(`annotation ${bare} is invalid and should be in format key=[value]`)
  if (backend && backend.split(':').length !== 2) throw new CommandError('default-backend should be in format servicename:serviceport')
}

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  validate(context)
  const annotations: StringMap = Object.fromEntries(
    flags.list('annotation').map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  )
  const [ingressClassName, backend] = [flags.string('class'), flags.string('default-backend')]
  const rules = rulesOf(flags.list('rule'))
  const tls = tlsOf(flags.list('rule'))
  generate(context, {
    failure: 'failed to create ingress: ',
    build: () => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadataOf(context, name, { annotations }),
      spec: {
        ...(ingressClassName ? { ingressClassName } : {}),
        ...(backend ? { defaultBackend: backendOf(backend) } : {}),
        ...(tls.length ? { tls } : {}),
        ...(rules.length ? { rules } : {}),
      },
    }),
  })
}

export const command: Command = { run: create }
