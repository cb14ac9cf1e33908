// The description of a NetworkPolicy. Follows describeNetworkPolicySpec of kubectl's pkg/describe.
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../../api/networking'
import { formatLabelSelector } from '../../lib/label-selector'
import { annotationLines, goTime, labelLines } from './metadata'
import { type DescribeWriter, describing } from './writer'

interface Direction {
  /** `ingress` or `egress` */
  name: string
  /** `From` or `To` */
  word: string
  /** `source` or `destination` */
  end: string
  enabled: boolean
  rules: { ports?: NetworkPolicyPort[]; peers?: NetworkPolicyPeer[] }[]
}

const INDENT = '    '

export function describeNetworkPolicy(policy: NetworkPolicy): string {
  const { metadata, spec } = policy
  const { policyTypes = [], ingress = [], egress = [] } = spec
  return describing((w) => {
    w.write(0, `Name:\t${metadata.name}\n`)
    w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
    w.write(0, `Created on:\t${goTime(metadata.creationTimestamp)}\n`)
    labelLines(w, 'Labels', metadata.labels)
    annotationLines(w, 'Annotations', metadata.annotations)
    w.write(0, 'Spec:\n')
    w.write(1, 'PodSelector: ')
    const selected = formatLabelSelector(spec.podSelector)
    w.write(2, selected === '<none>' ? '<none> (Allowing the specific traffic to all pods in this namespace)\n' : `${selected}\n`)
    directionLines(w, {
      name: 'ingress',
      word: 'From',
      end: 'source',
      enabled: policyTypes.includes('Ingress'),
      rules: ingress.map(({ ports, from }) => ({ ports, peers: from })),
    })
    directionLines(w, {
      name: 'egress',
      word: 'To',
      end: 'destination',
      enabled: policyTypes.includes('Egress'),
      rules: egress.map(({ ports, to }) => ({ ports, peers: to })),
    })
    w.write(1, `Policy Types: ${policyTypes.join(', ') || '<none>'}\n`)
  })
}

function directionLines(w: DescribeWriter, { name, word, end, enabled, rules }: Direction): void {
  if (!enabled) {
    w.write(1, `Not affecting ${name} traffic\n`)
    return
  }
  w.write(1, `Allowing ${name} traffic:\n`)
  if (rules.length === 0) w.write(0, `${INDENT}<none> (Selected pods are isolated for ${name} connectivity)\n`)
  for (const [index, { ports = [], peers = [] }] of rules.entries()) {
    if (ports.length === 0) w.write(0, `${INDENT}To Port: <any> (traffic allowed to all ports)\n`)
    for (const port of ports) w.write(0, `${INDENT}${portText(port)}\n`)
    if (peers.length === 0) w.write(0, `${INDENT}${word}: <any> (traffic not restricted by ${end})\n`)
    for (const peer of peers) {
      w.write(0, `${INDENT}${word}:\n`)
      peerLines(w, peer)
    }
    if (index < rules.length - 1) w.write(0, `${INDENT}----------\n`)
  }
}

function portText({ port, endPort, protocol = 'TCP' }: NetworkPolicyPort): string {
  const first = port ?? '<nil>'
  return endPort === undefined ? `To Port: ${first}/${protocol}` : `To Port Range: ${first}-${endPort}/${protocol}`
}

function peerLines(w: DescribeWriter, { podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): void {
  if (namespaceSelector) w.write(1, `${INDENT}NamespaceSelector: ${formatLabelSelector(namespaceSelector)}\n`)
  if (podSelector) w.write(1, `${INDENT}PodSelector: ${formatLabelSelector(podSelector)}\n`)
  if (podSelector || namespaceSelector || !ipBlock) return
  w.write(1, `${INDENT}IPBlock:\n`)
  w.write(2, `${INDENT}CIDR: ${ipBlock.cidr}\n`)
  w.write(2, `${INDENT}Except: ${(ipBlock.except ?? []).join(', ')}\n`)
}
