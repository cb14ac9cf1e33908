// Defaults of Pods and of the Pod templates in other kinds. Upstream: pkg/apis/core/v1/defaults.go, pkg/apis/core/v1/conversion.go.
import { dropDisabled } from './disabled'
import { type Fields, fieldsOf, fill, listOf } from './fields'
import { defaultVolume, imagePullPolicy } from './volumes'

const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }

function defaultHandler(handler: Fields | undefined): void {
  fill(fieldsOf(handler?.httpGet), { path: '/', scheme: 'HTTP' })
  fill(fieldsOf(handler?.grpc), { service: '' })
}

function defaultProbe(probe: Fields | undefined): void {
  if (!probe) return
  fill(probe, PROBE)
  // Go's zero means unset here: nobody gets a probe that never times out.
  for (const key of Object.keys(PROBE) as (keyof typeof PROBE)[]) if (probe[key] === 0) probe[key] = PROBE[key]
  defaultHandler(probe)
}

function defaultContainer(container: Fields): void {
  fill(container, {
    imagePullPolicy: imagePullPolicy(String(container.image ?? '')),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
  for (const port of listOf(container.ports)) fill(port, { protocol: 'TCP' })
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(fieldsOf(container[name]))
  const lifecycle = fieldsOf(container.lifecycle)
  defaultHandler(fieldsOf(lifecycle?.postStart))
  defaultHandler(fieldsOf(lifecycle?.preStop))
  for (const variable of listOf(container.env)) {
    const from = fieldsOf(variable.valueFrom)
    fill(fieldsOf(from?.fieldRef), { apiVersion: 'v1' })
    fill(fieldsOf(from?.resourceFieldRef), { divisor: '0' })
    fill(fieldsOf(from?.fileKeyRef), { optional: false })
  }
}

export function containersOf(spec: Fields): Fields[] {
  return [...listOf(spec.initContainers), ...listOf(spec.containers), ...listOf(spec.ephemeralContainers)]
}

/** Fills in what every Pod spec gets, that of a template too; idempotent. */
export function defaultPodSpec(spec: Fields | undefined): void {
  if (!spec) return
  dropDisabled(spec)
  fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  })
  for (const container of containersOf(spec)) defaultContainer(container)
  for (const volume of listOf(spec.volumes)) defaultVolume(volume)
  const account = spec.serviceAccountName ?? spec.serviceAccount
  // The old name of the field follows the new one, both ways.
  if (account) {
    spec.serviceAccountName = account
    spec.serviceAccount = account
  } else {
    delete spec.serviceAccountName
    delete spec.serviceAccount
  }
}

function requestsFromLimits(resources: Fields | undefined): void {
  const limits = fieldsOf(resources?.limits)
  if (!resources || !limits) return
  const requests = { ...fieldsOf(resources.requests) }
  fill(requests, limits)
  resources.requests = requests
}

/** What only a Pod itself gets: requests from limits, ports of the host's network, Service variables. */
export function defaultPod(spec: Fields | undefined): void {
  if (!spec) return
  defaultPodSpec(spec)
  fill(spec, { enableServiceLinks: true })
  for (const container of [...listOf(spec.containers), ...listOf(spec.initContainers)]) requestsFromLimits(fieldsOf(container.resources))
  if (spec.hostNetwork !== true) return
  for (const container of [...listOf(spec.containers), ...listOf(spec.initContainers)]) {
    for (const port of listOf(container.ports)) if (!port.hostPort) port.hostPort = port.containerPort
  }
}

/** A template as it stands in a workload's spec: metadata and the Pod's spec. */
export function defaultPodTemplate(template: unknown): void {
  defaultPodSpec(fieldsOf(fieldsOf(template)?.spec))
}
