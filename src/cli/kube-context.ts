// The context a command runs in: its namespace, and what is wrong with the kubeconfig. Upstream: clientcmd/client_config.go.
import fs from 'node:fs'
import type { Host } from '../env'
import { CommandError, PlainFailure } from '../errors'
import type { Flags } from './flags'
import { type Kubeconfig, KubeconfigFiles, kubeconfigPaths } from './kubeconfig'

export interface KubeContext {
  /** Empty when the context names none. */
  namespace: string
  /** Thrown when the cluster or the namespace is asked for. */
  failure?: Error
}

/** Looks the context up. */
export function resolveContext(host: Host, flags: Flags): KubeContext {
  const { files, explicit } = kubeconfigPaths(host, flags)
  if (explicit && !fs.existsSync(files[0])) {
    return { namespace: '', failure: new CommandError(`stat ${flags.string('kubeconfig')}: no such file or directory`) }
  }
  try {
    return contextOf(KubeconfigFiles.load(host, flags).merged, flags)
  } catch (error) {
    return { namespace: '', failure: error as Error }
  }
}

function contextOf(config: Kubeconfig, flags: Flags): KubeContext {
  const flag = (name: string) => (flags.holdsText(name) ? flags.string(name) : '')
  const name = flag('context') || config.currentContext
  const context = config.contexts.get(name) as { cluster?: string; user?: string; namespace?: string } | undefined
  const namespace = context?.namespace ?? ''
  if (flag('user') && !config.users.has(flag('user'))) {
    return { namespace, failure: new CommandError(`auth info ${JSON.stringify(flag('user'))} does not exist`) }
  }
  const problems: string[] = []
  if (name && !context) problems.push(`context was not found for specified context: ${name}`)
  const cluster = flag('cluster') || context?.cluster || ''
  if (cluster && !config.clusters.get(cluster)?.server) problems.push(`no server found for cluster ${JSON.stringify(cluster)}`)
  if (problems.length === 0) return { namespace }
  const text = problems.length === 1 ? problems[0] : `\n${problems.map((problem) => `* ${problem}`).join('\n')}`
  return { namespace, failure: new PlainFailure(`Error in configuration: ${text}`) }
}
