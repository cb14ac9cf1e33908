// kubectl cluster-info: where the control plane and the cluster's own services are. Upstream: kubectl/pkg/cmd/clusterinfo.

import type { Service } from '../api/types'
import { listObjects } from '../apiserver/query'
import type { Command, CommandContext } from '../cli/context'
import { serverAddress } from '../cli/kubeconfig'
import { ApiError } from '../errors'

const HINT = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n"

function clusterInfo(context: CommandContext): void {
  const server = serverAddress(context.host, context.flags)
  const services = servicesOf(context)
  const lines = [`Kubernetes control plane is running at ${server}`]
  for (const service of services) {
    const name = service.metadata.labels?.['kubernetes.io/name'] || service.metadata.name
    lines.push(`${name} is running at ${linkTo(service, server)}`)
  }
  context.out(`${lines.join('\n')}\n${HINT}`)
}

/** Throws ApiError, after the hint that follows in any case. */
function servicesOf(context: CommandContext): Service[] {
  try {
    return context.cluster.read((cluster) => {
      const info = cluster.server.discovery.byResource('services')!
      const namespace = context.namespaceGiven ? context.namespace : 'kube-system'
      return listObjects(cluster.server, info, namespace, { labelSelector: 'kubernetes.io/cluster-service=true' }) as Service[]
    })
  } catch (error) {
    if (error instanceof ApiError) context.out(HINT)
    throw error
  }
}

function linkTo({ metadata, spec, status }: Service, server: string): string {
  const ingress = status.loadBalancer?.ingress?.[0]
  if (ingress) return (spec.ports ?? []).map(({ port }) => `http://${ingress.ip || ingress.hostname}:${port} `).join('')
  const port = spec.ports?.[0]
  const secure = port?.name === 'https' || port?.port === 443
  const name = port && (port.name || secure) ? `${secure ? 'https:' : ''}${metadata.name}:${port.name ?? ''}` : metadata.name
  return `${server}/api/v1/namespaces/${metadata.namespace}/services/${name}/proxy`
}

export const command: Command = { run: clusterInfo }
