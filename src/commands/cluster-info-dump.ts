// kubectl cluster-info dump: nodes, events, workloads, Pods and their logs, to stdout or as files.
// Upstream: kubectl/pkg/cmd/clusterinfo/clusterinfo_dump.go.
import fs from 'node:fs'
import path from 'node:path'
import type { KubeObject, Pod } from '../api/types'
import { listObjects } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { printerOptions } from '../cli/result'
import type { Cluster } from '../cluster'
import { ApiError, CommandError } from '../errors'
import { goReason } from '../lib/os-errors'
import { resultPrinterFor } from '../print'
import { LogStream } from './log-stream'

/** What is written of each namespace: the resource, and its file's name. */
const PARTS: [resource: string, file: string, apiVersion: string, kind: string][] = [
  ['events', 'events', 'v1', 'Event'],
  ['replicationcontrollers', 'replication-controllers', 'v1', 'ReplicationController'],
  ['services', 'services', 'v1', 'Service'],
  ['daemonsets.apps', 'daemonsets', 'apps/v1', 'DaemonSet'],
  ['deployments.apps', 'deployments', 'apps/v1', 'Deployment'],
  ['replicasets.apps', 'replicasets', 'apps/v1', 'ReplicaSet'],
  ['pods', 'pods', 'v1', 'Pod'],
]

const EXTENSIONS: Record<string, string> = { json: '.json', yaml: '.yaml' }

type Write = (file: string, extension: string, text: string) => void

function dump(context: CommandContext): void {
  const { flags } = context
  const output = flags.string('output')
  const printer = resultPrinterFor('', output, { ...printerOptions(context), typed: true })
  const extension = EXTENSIONS[output] ?? '.txt'
  const write = writerTo(context, flags.string('output-directory'))
  const print = (cluster: Cluster, resource: string, kind: string, apiVersion: string, namespace: string | undefined, file: string) => {
    const items = listed(cluster, resource, namespace)
    const metadata = { resourceVersion: cluster.state.header.resourceVersion.toString() }
    // As the typed client has them, items do not say what they are.
    const untold = items.map(({ apiVersion: _version, kind: _kind, ...fields }) => fields)
    const list = { kind: `${kind}List`, apiVersion, metadata, items: untold }
    write(file, extension, printer.print(list as unknown as KubeObject))
    return items
  }
  context.cluster.read((cluster) => {
    print(cluster, 'nodes', 'Node', 'v1', undefined, 'nodes')
    for (const namespace of namespacesOf(context, cluster)) {
      let pods: KubeObject[] = []
      for (const [resource, file, apiVersion, kind] of PARTS) {
        pods = print(cluster, resource, kind, apiVersion, namespace, path.join(namespace, file))
      }
      for (const pod of pods as Pod[]) {
        write(path.join(namespace, pod.metadata.name, 'logs'), '.txt', logsOf(cluster, pod))
      }
    }
  })
  const directory = flags.string('output-directory')
  if (directory && directory !== '-') context.out(`Cluster info dumped to ${directory}\n`)
}

function namespacesOf(context: CommandContext, cluster: Cluster): string[] {
  const { flags } = context
  if (flags.bool('all-namespaces')) return listed(cluster, 'namespaces', undefined).map(({ metadata }) => metadata.name)
  const named = flags.list('namespaces')
  return named.length ? named : ['kube-system', context.namespace]
}

function listed(cluster: Cluster, resource: string, namespace: string | undefined): KubeObject[] {
  return listObjects(cluster.server, cluster.server.discovery.byResource(resource)!, namespace, {})
}

/** Everything to stdout, or each part into a file of its own that only the user can read. */
function writerTo(context: CommandContext, directory: string): Write {
  if (!directory || directory === '-') return (_file, _extension, text) => context.out(text)
  return (file, extension, text) => {
    const full = path.resolve(context.host.cwd, directory, `${file}${extension}`)
    try {
      fs.mkdirSync(path.dirname(full), { recursive: true, mode: 0o700 })
      fs.writeFileSync(full, text, { mode: 0o600 })
    } catch (error) {
      throw new CommandError(`open ${path.join(directory, `${file}${extension}`)}: ${goReason(error)}`)
    }
  }
}

function logsOf(cluster: Cluster, pod: Pod): string {
  const { name, namespace } = pod.metadata
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers]
    .map((container) => {
      const of = `logs for container ${container.name} of pod ${namespace}/${name} ====\n`
      return `==== START ${of}${logOf(cluster, pod, container.name)}==== END ${of}`
    })
    .join('')
}

function logOf(cluster: Cluster, pod: Pod, container: string): string {
  try {
    const stream = new LogStream(pod, container, { follow: false, previous: false, timestamps: false }, '')
    stream.open(cluster)
    return stream.take(cluster)
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof CommandError)) throw error
    return `Request log error: ${error.message}\n`
  }
}

export const command: Command = { run: dump }
