// DefaultIngressClass, RuntimeClass and TaintNodesByCondition. Upstream: plugin/pkg/admission/{network/defaultingressclass,runtimeclass,nodetaint}.
import type { KubeObject, Node, Pod } from '../../api/types'
import { ApiError } from '../../errors'
import { ownEntry } from '../../lib/own-entry'
import { compareQuantities, quantityOf } from '../../lib/quantity'
import { type AdmissionPlugin, refusal } from './plugin'
import { newestFirst } from './storage'

interface Ingress extends KubeObject {
  spec: { ingressClassName?: string }
}

export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  resources: ['ingresses.networking.k8s.io'],
  create(object, context) {
    const ingress = object as Ingress
    if (ingress.spec.ingressClassName !== undefined) return
    if (ingress.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return
    const classes = context.view.list('ingressclasses.networking.k8s.io')
    const chosen = classes
      .filter((c) => c.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true')
      .sort(newestFirst)[0]
    if (chosen) ingress.spec.ingressClassName = chosen.metadata.name
  },
}

interface RuntimeClass extends KubeObject {
  overhead?: { podFixed?: Record<string, string> }
  scheduling?: { nodeSelector?: Record<string, string>; tolerations?: Pod['spec']['tolerations'] }
}

function sameAmounts(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = Object.keys({ ...a, ...b })
  return names.every((name) => {
    const [left, right] = [ownEntry(a, name), ownEntry(b, name)]
    return left !== undefined && right !== undefined && compareQuantities(quantityOf(left), quantityOf(right)) === 0
  })
}

export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  resources: ['pods'],
  create(object, context, info) {
    const { spec } = object as Pod
    const name = spec.runtimeClassName as string | undefined
    if (name === '') throw new ApiError('', 'resource name may not be empty')
    const found = name ? context.view.get<RuntimeClass>('runtimeclasses.node.k8s.io', undefined, name) : undefined
    if (name && !found) throw refusal(info, object, `pod rejected: RuntimeClass "${name}" not found`)
    const fixed = found?.overhead?.podFixed
    if (!fixed && spec.overhead !== undefined) {
      throw refusal(info, object, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')
    }
    if (fixed && spec.overhead !== undefined && !sameAmounts(fixed, spec.overhead as Record<string, string>)) {
      throw refusal(info, object, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    }
    if (fixed) spec.overhead = { ...fixed }
    const { nodeSelector = {}, tolerations } = found?.scheduling ?? {}
    for (const [key, value] of Object.entries(nodeSelector)) {
      const own = ownEntry(spec.nodeSelector ?? {}, key)
      if (own !== undefined && own !== value) {
        const what = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`
        throw refusal(info, object, `conflict: ${what}`)
      }
      spec.nodeSelector = { ...spec.nodeSelector, [key]: value }
    }
    if (tolerations) spec.tolerations = [...(spec.tolerations ?? []), ...tolerations]
  },
}

/** A node that nobody has heard of yet takes no Pods; the node controller lifts this when it is ready. */
export const taintNewNodes: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  resources: ['nodes'],
  create(object, context) {
    if (context.trusted) return
    const { spec } = object as Node
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
    if (!spec.taints?.some((t) => t.key === taint.key && t.effect === taint.effect)) spec.taints = [...(spec.taints ?? []), taint]
  },
}
