// Defaults of what extends or tunes the API server: CRDs, API services, webhooks, admission policies, flow control.
// Upstream: apiextensions/v1/defaults.go, pkg/apis/{admissionregistration,flowcontrol}/v1/defaults.go.
import type { KubeObject } from '../../api/types'
import { timestamp } from '../../lib/time'
import type { PrepareContext } from '../kind'
import { childOf, type Fields, fieldsOf, fill, listOf } from './fields'

function defaultWebhookService(clientConfig: unknown): void {
  fill(fieldsOf(fieldsOf(clientConfig)?.service), { port: 443 })
}

export function defaultCustomResourceDefinition(crd: KubeObject): void {
  const spec = childOf(crd, 'spec')
  const names = childOf(spec, 'names')
  if (names.kind) fill(names, { singular: String(names.kind).toLowerCase(), listKind: `${names.kind}List` })
  fill(spec, { conversion: { strategy: 'None' } })
  defaultWebhookService(fieldsOf(fieldsOf(spec.conversion)?.webhook)?.clientConfig)
}

export function prepareCustomResourceDefinition(crd: KubeObject): void {
  const stored = listOf(fieldsOf(crd.spec)?.versions)
    .filter((v) => v.storage === true)
    .map((v) => v.name)
  crd.status = { acceptedNames: { kind: '', plural: '' }, conditions: null, storedVersions: stored }
}

export function defaultApiService(service: KubeObject): void {
  fill(fieldsOf(fieldsOf(service.spec)?.service), { port: 443 })
}

/** What is served by kube-apiserver itself is there at once. Upstream: kube-aggregator/pkg/registry/apiservice/strategy.go. */
export function prepareApiService(service: KubeObject, { env }: PrepareContext): void {
  service.status = {}
  if (fieldsOf(service.spec)?.service) return
  const message = 'Local APIServices are always available'
  const lastTransitionTime = timestamp(env.now())
  service.status = { conditions: [{ lastTransitionTime, message, reason: 'Local', status: 'True', type: 'Available' }] }
}

export function defaultWebhookConfiguration(configuration: KubeObject): void {
  const mutating = configuration.kind === 'MutatingWebhookConfiguration'
  for (const webhook of listOf(configuration.webhooks)) {
    fill(webhook, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...(mutating ? { reinvocationPolicy: 'Never' } : {}),
    })
    for (const rule of listOf(webhook.rules)) fill(rule, { scope: '*' })
    defaultWebhookService(webhook.clientConfig)
  }
}

function defaultMatch(match: Fields | undefined): void {
  if (!match) return
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} })
  for (const rule of [...listOf(match.resourceRules), ...listOf(match.excludeResourceRules)]) fill(rule, { scope: '*' })
}

export function defaultAdmissionPolicy(policy: KubeObject): void {
  const spec = childOf(policy, 'spec')
  fill(spec, { failurePolicy: 'Fail' })
  defaultMatch(fieldsOf(spec.matchConstraints))
}

export function defaultAdmissionPolicyBinding(binding: KubeObject): void {
  defaultMatch(fieldsOf(fieldsOf(binding.spec)?.matchResources))
}

export function defaultFlowSchema(schema: KubeObject): void {
  const spec = childOf(schema, 'spec')
  if (!spec.matchingPrecedence) spec.matchingPrecedence = 1000
}

export function defaultPriorityLevel(level: KubeObject): void {
  const spec = childOf(level, 'spec')
  fill(fieldsOf(spec.exempt), { nominalConcurrencyShares: 0, lendablePercent: 0 })
  const limited = fieldsOf(spec.limited)
  fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 })
  const queuing = fieldsOf(fieldsOf(limited?.limitResponse)?.queuing)
  if (!queuing) return
  for (const [key, value] of [
    ['queues', 64],
    ['queueLengthLimit', 50],
    ['handSize', 8],
  ] as const) {
    if (!queuing[key]) queuing[key] = value
  }
}

export function defaultDeviceRequests(spec: Fields | undefined): void {
  for (const request of listOf(fieldsOf(spec?.devices)?.requests)) {
    for (const exact of [fieldsOf(request.exactly), ...listOf(request.firstAvailable)]) {
      if (!exact) continue
      if (!exact.allocationMode) exact.allocationMode = 'ExactCount'
      if (exact.allocationMode === 'ExactCount' && !exact.count) exact.count = 1
      for (const toleration of listOf(exact.tolerations)) if (!toleration.operator) toleration.operator = 'Equal'
    }
  }
}

export function defaultResourceClaim(claim: KubeObject): void {
  defaultDeviceRequests(fieldsOf(claim.spec))
}

export function defaultResourceClaimTemplate(template: KubeObject): void {
  defaultDeviceRequests(fieldsOf(fieldsOf(template.spec)?.spec))
}
