// What the API server warns of in nodes, classes, policies, slices and certificates of Secrets. Upstream: pkg/registry/core/{node,secret},
// pkg/registry/{networking/networkpolicy,discovery/endpointslice}/strategy.go, pkg/api/{node,storage}/util.go, crypto/tls X509KeyPair.
import type { KubeObject } from '../../api/types'
import { type Fields, fieldsOf, listOf } from '../defaults/fields'
import { cidrWarnings, ipWarnings } from './addresses'
import { oldLabel } from './pod-warnings'

export function nodeWarnings({ spec }: KubeObject): string[] {
  const { configSource, externalID, podCIDRs = [] } = fieldsOf(spec) ?? {}
  return [
    ...(fieldsOf(configSource) ? ['spec.configSource: the feature is removed'] : []),
    ...(externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : []),
    ...(podCIDRs as string[]).flatMap((cidr, i) => cidrWarnings(cidr, `spec.podCIDRs[${i}]`)),
  ]
}

export function runtimeClassWarnings(object: KubeObject): string[] {
  const selector = fieldsOf(fieldsOf(object.scheduling)?.nodeSelector) ?? {}
  return Object.keys(selector)
    .sort()
    .flatMap((key) => {
      const message = oldLabel(key)
      return message ? [`scheduling.nodeSelector: ${message}`] : []
    })
}

export function storageCapacityWarnings(object: KubeObject): string[] {
  const topology = fieldsOf(object.nodeTopology)
  const expressions = listOf(topology?.matchExpressions).flatMap(({ key }, i) => {
    const message = oldLabel(String(key))
    return message ? [`nodeTopology.matchExpressions[${i}].key: ${key} is ${message}`] : []
  })
  const labels = Object.keys(fieldsOf(topology?.matchLabels) ?? {}).flatMap((key) => {
    const message = oldLabel(key)
    return message ? [`nodeTopology.matchLabels.${key}: ${message}`] : []
  })
  return [...expressions, ...labels]
}

function blockWarnings(peers: Fields[], path: string): string[] {
  return peers.flatMap((peer, i) => {
    const block = fieldsOf(peer.ipBlock)
    const here = `${path}[${i}].ipBlock`
    if (!block) return []
    const except = (block.except ?? []) as string[]
    return [
      ...cidrWarnings(String(block.cidr ?? ''), `${here}.cidr`),
      ...except.flatMap((cidr, j) => cidrWarnings(cidr, `${here}.except[${j}]`)),
    ]
  })
}

export function networkPolicyWarnings({ spec }: KubeObject): string[] {
  const { ingress, egress } = fieldsOf(spec) ?? {}
  return [
    ...listOf(ingress).flatMap((rule, i) => blockWarnings(listOf(rule.from), `spec.ingress[${i}].from`)),
    ...listOf(egress).flatMap((rule, i) => blockWarnings(listOf(rule.to), `spec.egress[${i}].to`)),
  ]
}

export function endpointSliceWarnings(slice: KubeObject): string[] {
  if (slice.addressType === 'FQDN') return ['spec.addressType: FQDN endpoints are deprecated']
  return listOf(slice.endpoints).flatMap(({ addresses = [] }, i) =>
    (addresses as string[]).flatMap((address, j) => ipWarnings(address, `endpoints[${i}].addresses[${j}]`)),
  )
}

// ---------------------------------------------------------------- certificates

/** The types of the blocks that a text holds, in order. */
function blocksOf(value: unknown): string[] {
  const text = Buffer.from(String(value ?? ''), 'base64').toString('latin1')
  return [...text.matchAll(/-----BEGIN ([^-\n]+)-----\s[\s\S]*?-----END \1-----/g)].map(([, type]) => type)
}

function isKey(type: string): boolean {
  return type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')
}

/** Why a certificate and its key are no pair, as far as their blocks tell. */
function pairProblem(certificate: unknown, key: unknown): string | undefined {
  const blocks = blocksOf(certificate)
  if (!blocks.includes('CERTIFICATE')) {
    if (!blocks.length) return 'tls: failed to find any PEM data in certificate input'
    if (blocks.length === 1 && isKey(blocks[0])) {
      const found = 'but did find a private key; PEM inputs may have been switched'
      return `tls: failed to find certificate PEM data in certificate input, ${found}`
    }
    const after = `after skipping PEM blocks of the following types: [${blocks.join(' ')}]`
    return `tls: failed to find "CERTIFICATE" PEM block in certificate input ${after}`
  }
  const others = blocksOf(key)
  if (others.some(isKey)) return undefined
  if (!others.length) return 'tls: failed to find any PEM data in key input'
  if (others.length === 1 && others[0] === 'CERTIFICATE') return 'tls: found a certificate rather than a key in the PEM for the private key'
  const after = `after skipping PEM blocks of the following types: [${others.join(' ')}]`
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input ${after}`
}

export function secretWarnings(secret: KubeObject): string[] {
  const data = fieldsOf(secret.data) ?? {}
  const problem = secret.type === 'kubernetes.io/tls' ? pairProblem(data['tls.crt'], data['tls.key']) : undefined
  return problem === undefined ? [] : [problem]
}
