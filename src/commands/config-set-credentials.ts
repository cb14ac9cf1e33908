// kubectl config set-credentials NAME. Upstream: kubectl/pkg/cmd/config/set_credentials.go.
import type { Command, CommandContext } from '../cli/context'
import type { Stanza } from '../cli/kubeconfig'
import { CommandError } from '../errors'
import { fileReference, isOn, kubeconfigOf, refuseArguments, requireFile } from './config-shared'

type Pair = { name: string; value: string }

async function setCredentials(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length !== 1) await refuseArguments(context, 'unexpected')
  const argumentPairs = await pairs(context, 'auth-provider-arg')
  const variables = await pairs(context, 'exec-env')
  checkMethods(context)
  requireFile(context, 'client-certificate')
  requireFile(context, 'client-key')
  if (flags.changed('exec-interactive-mode') && !['IfAvailable', 'Never', 'Always'].includes(flags.string('exec-interactive-mode'))) {
    throw new CommandError('invalid interactive mode type, can be only IfAvailable, Never, Always')
  }
  const [name] = args
  const files = kubeconfigOf(context)
  const user: Stanza = { ...files.merged.users.get(name) }
  for (const field of ['client-certificate', 'client-key']) {
    if (flags.changed(field)) fileReference(context, user, field, flags.string(field), files.defaultFile)
  }
  if (flags.changed('token')) put(user, 'token', flags.string('token'))
  if (flags.changed('username')) put(user, 'username', flags.string('username'))
  if (flags.changed('password')) put(user, 'password', flags.string('password'))
  // A token takes the place of a password, and the other way round.
  if (flags.string('token')) for (const field of ['username', 'password']) if (!flags.changed(field)) delete user[field]
  if ((flags.string('username') || flags.string('password')) && !flags.changed('token')) delete user.token
  const provider = user['auth-provider'] as AuthProvider | undefined
  const providerName = flags.changed('auth-provider') ? flags.string('auth-provider') : provider?.name
  if (providerName !== undefined) user['auth-provider'] = authProvider(providerName, provider, argumentPairs)
  if (flags.changed('exec-command') || user.exec) user.exec = execPlugin(context, (user.exec ?? {}) as ExecPlugin, variables)
  files.setStanza('users', name, user)
  context.out(`User "${name}" set.\n`)
}

function put(stanza: Stanza, field: string, value: string): void {
  if (value) stanza[field] = value
  else delete stanza[field]
}

/** `key=value`, and `key-` to take one out (an empty value). */
async function pairs(context: CommandContext, flag: string): Promise<Pair[]> {
  const out: Pair[] = []
  for (const text of context.flags.list(flag)) {
    const equals = text.indexOf('=')
    if (equals >= 0) out.push({ name: text.slice(0, equals), value: text.slice(equals + 1) })
    else if (text.endsWith('-')) out.push({ name: text.slice(0, -1), value: '' })
    else {
      const { helpText } = await import('../cli/help')
      context.out(helpText(context.path, context.host))
      throw new CommandError(`invalid ${flag} format: ${text}`)
    }
  }
  return out
}

function checkMethods({ flags }: CommandContext): void {
  const methods: string[] = []
  if (flags.string('token')) methods.push('--token')
  if (flags.string('username') || flags.string('password')) methods.push('--username/--password')
  if (methods.length > 1)
    throw new CommandError(`you cannot specify more than one authentication method at the same time: ${methods.join(', ')}`)
  if (isOn(flags, 'embed-certs') && !flags.string('client-certificate') && !flags.string('client-key')) {
    throw new CommandError('you must specify a --client-certificate or --client-key to embed')
  }
}

interface AuthProvider extends Stanza {
  name: string
  config?: Record<string, string>
}

/** Another provider begins without arguments. */
function authProvider(name: string, old: AuthProvider | undefined, changes: Pair[]): AuthProvider {
  const merged: Record<string, string> = old?.name === name ? { ...old.config } : {}
  for (const { name: key, value } of changes) {
    if (value) merged[key] = value
    else delete merged[key]
  }
  return { config: merged, name }
}

interface ExecPlugin extends Stanza {
  args?: string[] | null
  env?: Pair[] | null
}

/** A command brings its own arguments; without one they only change when given. */
function execPlugin({ flags }: CommandContext, old: ExecPlugin, variables: Pair[]): ExecPlugin {
  const mode = flags.string('exec-interactive-mode')
  const given = flags.list('exec-arg').length ? flags.list('exec-arg') : null
  return {
    provideClusterInfo: false,
    ...old,
    ...(flags.changed('exec-command') ? { command: flags.string('exec-command'), args: given } : given ? { args: given } : {}),
    ...(flags.changed('exec-api-version') ? { apiVersion: flags.string('exec-api-version') } : {}),
    ...(flags.changed('exec-interactive-mode') ? { interactiveMode: mode } : {}),
    ...(flags.changed('exec-provide-cluster-info') ? { provideClusterInfo: isOn(flags, 'exec-provide-cluster-info') } : {}),
    env: mergeEnvironment(old.env ?? [], variables),
  }
}

function mergeEnvironment(env: Pair[], changes: Pair[]): Pair[] | null {
  const merged = new Map(env.map(({ name, value }) => [name, value]))
  for (const { name, value } of changes) {
    if (value) merged.set(name, value)
    else merged.delete(name)
  }
  return merged.size ? [...merged].map(([name, value]) => ({ name, value })) : null
}

export const command: Command = { run: setCredentials }
