// Service: one address for a set of pods.

import type { Service } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { AGE, ingressAddresses, NAME } from './columns'
import { defaultService, prepareService, prepareServiceUpdate } from './defaults/service'
import { endpointsText, slicesOf } from './describe/endpoints'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { type DescribeWriter, describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { serviceWarnings, validateService, validateServiceUpdate } from './validation/service'
import { validateBalancerStatus } from './validation/status'

function externalIPs({ spec, status }: Service): string {
  const listed = spec.externalIPs ?? []
  switch (spec.type) {
    case 'ExternalName':
      return spec.externalName ?? ''
    case 'LoadBalancer':
      return [...ingressAddresses(status?.loadBalancer?.ingress), ...listed].join(',') || '<pending>'
    default:
      return listed.join(',') || '<none>'
  }
}

/** `80/TCP,443:30443/TCP` */
function ports({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol}`)
  return texts.join(',') || '<none>'
}

function describeService(service: Service, context: DescribeContext): string {
  const { spec, metadata } = service
  const slices = slicesOf(context.view, metadata.namespace, metadata.name)
  return describing((w) => {
    headLines(w, service, true)
    w.write(0, `Selector:\t${formatLabels(spec.selector)}\n`)
    w.write(0, `Type:\t${spec.type}\n`)
    addressLines(w, service)
    for (const port of spec.ports ?? []) {
      const name = port.name || '<unset>'
      w.write(0, `Port:\t${name}\t${port.port}/${port.protocol}\n`)
      w.write(0, `TargetPort:\t${port.targetPort}/${port.protocol}\n`)
      if (port.appProtocol !== undefined) w.write(0, `AppProtocol:\t${port.appProtocol}\n`)
      if (port.nodePort) w.write(0, `NodePort:\t${name}\t${port.nodePort}/${port.protocol}\n`)
      w.write(0, `Endpoints:\t${endpointsText(slices, port.name ?? '')}\n`)
    }
    trafficLines(w, service)
    eventLines(w, service, context)
  })
}

function addressLines(w: DescribeWriter, { spec, status }: Service): void {
  if (spec.ipFamilyPolicy !== undefined) w.write(0, `IP Family Policy:\t${spec.ipFamilyPolicy}\n`)
  w.write(0, `IP Families:\t${(spec.ipFamilies ?? []).join(',') || '<none>'}\n`)
  w.write(0, `IP:\t${spec.clusterIP ?? ''}\n`)
  w.write(0, `IPs:\t${spec.clusterIPs?.length ? spec.clusterIPs.join(',') : '<none>'}\n`)
  if (spec.externalIPs?.length) w.write(0, `External IPs:\t${spec.externalIPs.join(',')}\n`)
  if (spec.loadBalancerIP) w.write(0, `Desired LoadBalancer IP:\t${spec.loadBalancerIP}\n`)
  if (spec.externalName) w.write(0, `External Name:\t${spec.externalName}\n`)
  const ingress = status?.loadBalancer?.ingress ?? []
  if (ingress.length === 0) return
  const texts = ingress.map(({ ip, ipMode, hostname }) => (ip ? `${ip}${ipMode === undefined ? '' : ` (${ipMode})`}` : (hostname ?? '')))
  w.write(0, `LoadBalancer Ingress:\t${texts.join(', ')}\n`)
}

function trafficLines(w: DescribeWriter, { spec }: Service): void {
  w.write(0, `Session Affinity:\t${spec.sessionAffinity ?? ''}\n`)
  if (spec.externalTrafficPolicy) w.write(0, `External Traffic Policy:\t${spec.externalTrafficPolicy}\n`)
  if (spec.internalTrafficPolicy !== undefined) w.write(0, `Internal Traffic Policy:\t${spec.internalTrafficPolicy}\n`)
  if (spec.healthCheckNodePort) w.write(0, `HealthCheck NodePort:\t${spec.healthCheckNodePort}\n`)
  if (spec.loadBalancerSourceRanges?.length) w.write(0, `LoadBalancer Source Ranges:\t${spec.loadBalancerSourceRanges.join(',')}\n`)
  if (spec.trafficDistribution !== undefined) w.write(0, `Traffic Distribution:\t${spec.trafficDistribution}\n`)
}

export const service = defineKind<Service>({
  resource: 'services',
  validate: (service, old) => [...(old ? validateServiceUpdate(service, old) : []), ...validateService(service)],
  validateStatusUpdate: validateBalancerStatus,
  warnings: serviceWarnings,
  defaults: defaultService,
  prepareForCreate: prepareService,
  prepareForUpdate: prepareServiceUpdate,
  columns: [
    NAME,
    { name: 'TYPE', cell: (service) => service.spec.type ?? '' },
    { name: 'CLUSTER-IP', cell: (service) => service.spec.clusterIPs?.[0] || '<none>' },
    { name: 'EXTERNAL-IP', cell: externalIPs },
    { name: 'PORT(S)', cell: ports },
    AGE,
    { name: 'SELECTOR', wide: true, cell: (service) => formatLabels(service.spec.selector) },
  ],
  describe: describeService,
})
