// The context a command runs in: its namespace, and what is wrong with the kubeconfig. Upstream: clientcmd/client_config.go.
import fs from 'node:fs'
import path from 'node:path'
import type { Host } from '../env'
import { CommandError, PlainFailure } from '../errors'
import { goReason } from '../lib/os-errors'
import type { Flags } from './flags'
import { type Impersonation, impersonationOf, isHeadless } from './impersonation'
import { type Kubeconfig, KubeconfigFiles, kubeconfigPaths, type Stanza } from './kubeconfig'
import { requestTimeout } from './request-timeout'

export interface KubeContext {
  /** Empty when the context names none. */
  namespace: string
  /** Whom the client acts as; undefined where nothing can be asked. */
  impersonation?: Impersonation
  /** Thrown when the cluster or the namespace is asked for. */
  failure?: Error
}

/** Looks the context up. */
export function resolveContext(host: Host, flags: Flags, command: string): KubeContext {
  const { files, explicit } = kubeconfigPaths(host, flags)
  if (explicit && !fs.existsSync(files[0])) {
    return { namespace: '', failure: new CommandError(`stat ${flags.string('kubeconfig')}: no such file or directory`) }
  }
  try {
    return contextOf(host, KubeconfigFiles.load(host, flags).merged, flags, command)
  } catch (error) {
    return { namespace: '', failure: error as Error }
  }
}

function contextOf(host: Host, config: Kubeconfig, flags: Flags, command: string): KubeContext {
  const flag = (name: string) => (flags.holdsText(name) ? flags.string(name) : '')
  const name = flag('context') || config.currentContext
  const context = config.contexts.get(name) as { cluster?: string; user?: string; namespace?: string } | undefined
  const namespace = context?.namespace ?? ''
  const missing = missingStanza(config, { user: flag('user'), context: context ? '' : name, cluster: flag('cluster') })
  if (missing && (flag('namespace') || CLIENT_FIRST.test(command))) return { namespace, failure: new CommandError(missing) }
  const problems: string[] = []
  if (name && !context) problems.push(`context was not found for specified context: ${name}`)
  const userName = flag('user') || context?.user || ''
  const clusterName = flag('cluster') || context?.cluster || ''
  const impersonation = impersonationOf(flags, config.users.get(userName))
  problems.push(...userProblems(host, userName, withFlags(config.users.get(userName), flags, USER_FLAGS), impersonation))
  const cluster = withFlags(config.clusters.get(clusterName), flags, CLUSTER_FLAGS)
  if (flag('cluster') && !config.clusters.has(flag('cluster'))) {
    problems.push(`no server found for cluster ${JSON.stringify(clusterName)}`)
  }
  problems.push(...clusterProblems(host, clusterName, cluster))
  if (problems.length > 1) {
    return { namespace, failure: failed(`\n${problems.map((problem) => `* ${problem}`).join('\n')}`) }
  }
  if (problems.length) {
    const ofContext = problems[0].startsWith('context was not found')
    return { namespace, failure: ofContext ? failed(problems[0]) : new CommandError(problems[0]) }
  }
  if (missing) return { namespace, failure: new CommandError(missing) }
  // Without an address kubectl asks this machine, where nobody listens.
  if (clusterName && !cluster.server) return { namespace, failure: new PlainFailure(REFUSED) }
  return { namespace, impersonation, ...timeoutProblem(flags) }
}

/**
 * The commands that make their client before they ask for the namespace, where something else is found missing first. The others do
 * so too when --namespace answers the question.
 */
const CLIENT_FIRST =
  /^(create(?! token)|apply$|replace|expose|run|autoscale|set env|cordon|uncordon|drain|wait|proxy|explain|api-|cluster-info|auth (can-i|whoami)|version|diff|top node|certificate)/

/** What the making of a client stumbles over first. Upstream: DirectClientConfig.ClientConfig. */
function missingStanza(config: Kubeconfig, named: { user: string; context: string; cluster: string }): string | undefined {
  if (named.user && !config.users.has(named.user)) return `auth info ${JSON.stringify(named.user)} does not exist`
  if (named.context) return `context ${JSON.stringify(named.context)} does not exist`
  if (named.cluster && !config.clusters.has(named.cluster)) return `cluster ${JSON.stringify(named.cluster)} does not exist`
  return undefined
}

function failed(problems: string): PlainFailure {
  return new PlainFailure(`Error in configuration: ${problems}`)
}

const REFUSED = 'The connection to the server localhost:8080 was refused - did you specify the right host or port?'
function timeoutProblem(flags: Flags): { failure?: Error } {
  try {
    if (flags.holdsText('request-timeout')) requestTimeout(flags.string('request-timeout'))
    return {}
  } catch (error) {
    return { failure: error as Error }
  }
}

const USER_FLAGS = ['token', 'username', 'password', 'client-certificate', 'client-key']
const CLUSTER_FLAGS = ['server', 'certificate-authority']

/** A stanza with what flags say in place of its own. */
function withFlags(stanza: Stanza | undefined, flags: Flags, names: string[]): Record<string, string | undefined> {
  const out = { ...(stanza as Record<string, string> | undefined) }
  for (const name of names) if (flags.holdsText(name) && flags.changed(name) && flags.string(name)) out[name] = flags.string(name)
  return out
}

/** Upstream: client-go/tools/clientcmd/validation.go validateAuthInfo. */
function userProblems(host: Host, name: string, user: Record<string, string | undefined>, impersonation: Impersonation): string[] {
  const problems: string[] = []
  const methods: string[] = []
  if (user.token) methods.push('token')
  if (user.username || user.password) methods.push('basicAuth')
  const certificate = user['client-certificate']
  const key = user['client-key']
  if (certificate || user['client-certificate-data']) {
    if (certificate && user['client-certificate-data']) {
      problems.push(`client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`)
    }
    if (key && user['client-key-data']) {
      problems.push(`client-key-data and client-key are both specified for ${name}; client-key-data will override`)
    }
    if (!key && !user['client-key-data']) {
      problems.push(`client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`)
    }
    if (certificate) problems.push(...unreadable(host, 'client-cert', certificate, name))
    if (key) problems.push(...unreadable(host, 'client-key', key, name))
  }
  if (methods.length > 1) {
    problems.push(`more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`)
  }
  if (isHeadless(impersonation)) problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`)
  return problems
}

function clusterProblems(host: Host, name: string, cluster: Record<string, string | undefined>): string[] {
  const authority = cluster['certificate-authority']
  return authority ? unreadable(host, 'certificate-authority', authority, name) : []
}

function unreadable(host: Host, what: string, file: string, owner: string): string[] {
  try {
    fs.closeSync(fs.openSync(path.resolve(host.cwd, file), 'r'))
    return []
  } catch (error) {
    return [`unable to read ${what} ${file} for ${owner} due to open ${file}: ${goReason(error)}`]
  }
}
