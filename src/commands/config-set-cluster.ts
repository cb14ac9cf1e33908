// kubectl config set-cluster NAME. Upstream: kubectl/pkg/cmd/config/set_cluster.go.
import type { Command, CommandContext } from '../cli/context'
import type { Stanza } from '../cli/kubeconfig'
import { CommandError } from '../errors'
import { fileReference, isOn, kubeconfigOf, refuseArguments, requireFile } from './config-shared'

async function setCluster(context: CommandContext): Promise<void> {
  const { flags, args } = context
  if (args.length !== 1) await refuseArguments(context)
  const [name] = args
  const authority = flags.string('certificate-authority')
  if (isOn(flags, 'insecure-skip-tls-verify') && authority) {
    throw new CommandError('you cannot specify a certificate authority and insecure mode at the same time')
  }
  if (isOn(flags, 'embed-certs') && !authority) throw new CommandError('you must specify a --certificate-authority to embed')
  requireFile(context, 'certificate-authority')
  const files = kubeconfigOf(context)
  const cluster: Stanza = { server: '', ...files.merged.clusters.get(name) }
  // An address clears the name its certificate is checked for.
  if (flags.changed('server')) delete cluster['tls-server-name']
  for (const field of ['server', 'tls-server-name', 'proxy-url']) if (flags.changed(field)) put(cluster, field, flags.string(field))
  // Not given, it is taken as false: an earlier --insecure-skip-tls-verify does not last.
  put(cluster, 'insecure-skip-tls-verify', isOn(flags, 'insecure-skip-tls-verify'))
  if (isOn(flags, 'insecure-skip-tls-verify')) {
    delete cluster['certificate-authority']
    delete cluster['certificate-authority-data']
  }
  if (flags.changed('certificate-authority')) {
    fileReference(context, cluster, 'certificate-authority', authority, files.defaultFile)
    delete cluster['insecure-skip-tls-verify']
  }
  files.setStanza('clusters', name, cluster)
  context.out(`Cluster "${name}" set.\n`)
}

function put(stanza: Stanza, field: string, value: string | boolean): void {
  if (value || field === 'server') stanza[field] = value
  else delete stanza[field]
}

export const command: Command = { run: setCluster }
