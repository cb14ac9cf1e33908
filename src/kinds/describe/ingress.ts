// The description of an Ingress: rules with their backends and the endpoints behind them. Follows kubectl's pkg/describe.
import type { View } from '../../api/contracts'
import type { Ingress, IngressBackend } from '../../api/networking'
import type { Service } from '../../api/types'
import { ingressAddresses } from '../columns'
import type { DescribeContext } from '../kind'
import { endpointsText, slicesOf } from './endpoints'
import { eventLines } from './events'
import { annotationLines, labelLines } from './metadata'
import { describing } from './writer'

/** `web:80 (10.244.0.5:80)` */
function backendText(view: View, namespace: string | undefined, { service, resource }: IngressBackend): string {
  if (service) {
    const { number, name = '' } = service.port ?? {}
    const text = `${service.name}:${number || name}`
    const found = view.get<Service>('services', namespace, service.name)
    if (!found) return `${text} (<error: services "${service.name}" not found>)`
    // Upstream asks the number first and takes the last port that fits.
    const fits = (found.spec.ports ?? []).filter((port) => (number ? port.port === number : name !== '' && port.name === name))
    return `${text} (${endpointsText(slicesOf(view, namespace, service.name), fits.at(-1)?.name ?? '')})`
  }
  return resource ? `APIGroup: ${resource.apiGroup ?? '<none>'}, Kind: ${resource.kind}, Name: ${resource.name}` : ''
}

export function describeIngress(ingress: Ingress, context: DescribeContext): string {
  const { metadata, spec, status } = ingress
  const backend = (entry: IngressBackend) => backendText(context.view, metadata.namespace, entry)
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    labelLines(w, 'Labels', metadata.labels)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Address:\t${ingressAddresses(status?.loadBalancer?.ingress).join(',')}\n`)
    w.write(0, `Ingress Class:\t${spec.ingressClassName ?? '<none>'}\n`)
    const fallback = spec.defaultBackend ? backend(spec.defaultBackend) : '<default>'
    w.write(0, `Default backend:\t${fallback}\n`)
    if (spec.tls?.length) w.write(0, 'TLS:\n')
    for (const { hosts = [], secretName } of spec.tls ?? []) {
      w.write(1, secretName ? `${secretName} terminates ${hosts.join(',')}\n` : `SNI routes ${hosts.join(',')}\n`)
    }
    w.write(0, 'Rules:\n  Host\tPath\tBackends\n')
    w.write(1, '----\t----\t--------\n')
    const rules = (spec.rules ?? []).filter((rule) => rule.http)
    for (const { host, http } of rules) {
      w.write(1, `${host || '*'}\t\n`)
      for (const path of http?.paths ?? []) w.write(2, `\t${path.path ?? ''} \t${backend(path.backend)}\n`)
    }
    if (rules.length === 0) w.write(1, `*\t*\t${fallback}\n`)
    annotationLines(w, 'Annotations', metadata.annotations)
    eventLines(w, ingress, context)
  })
}
