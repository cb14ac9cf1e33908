// What a whole Pod asks for, as far as it can be told from its containers. Upstream: pkg/api/pod/util.go DefaultPodLevelResources.
import type { Container, Pod, PodSpec } from '../../api/types'
import { type Amounts, podRequests } from '../../lib/pod-requests'
import { canonicalQuantity, compareQuantities, quantityOf } from '../../lib/quantity'

type ResourceList = Record<string, string | number>
type Resources = NonNullable<Container['resources']>

function isHuge(name: string): boolean {
  return name.startsWith('hugepages-')
}

function isSupported(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHuge(name)
}

function together(pod: Pod, of: 'requests' | 'limits'): Amounts {
  const { resources: _, overhead: _o, ...spec } = pod.spec
  return podRequests({ spec } as Pod, of)
}

/** An amount of the scheduler's as a quantity of the form that a container wrote it in. */
export function asWritten(name: string, amount: number, spec: PodSpec, of: 'requests' | 'limits'): string {
  const written = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((c) => c.resources?.[of]?.[name])
  const isBinary = written.some((text) => /[KMGTPE]i$/.test(String(text ?? '')))
  if (name === 'cpu') return canonicalQuantity(`${amount}m`)
  if (!isBinary) return canonicalQuantity(amount)
  const power = [6, 5, 4, 3, 2, 1].find((n) => amount !== 0 && amount % 1024 ** n === 0)
  return power ? `${amount / 1024 ** power}${'KMGTPE'[power - 1]}i` : canonicalQuantity(amount)
}

export function defaultWholeResources(pod: Pod): void {
  const own = pod.spec.resources as Resources | undefined
  if (!own || (!Object.keys(own.requests ?? {}).length && !Object.keys(own.limits ?? {}).length)) return
  const [requests, limits]: ResourceList[] = [{ ...own.requests }, { ...own.limits }]
  const all = together(pod, 'limits')
  for (const [name, amount] of Object.entries(all)) {
    if (isHuge(name) && requests[name] === undefined && limits[name] === undefined)
      limits[name] = asWritten(name, amount, pod.spec, 'limits')
  }
  for (const [name, amount] of Object.entries(together(pod, 'requests'))) {
    if ((name === 'cpu' || name === 'memory') && requests[name] === undefined)
      requests[name] = asWritten(name, amount, pod.spec, 'requests')
  }
  for (const [name, limit] of Object.entries(limits)) if (isSupported(name)) requests[name] ??= limit
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  for (const [name, request] of Object.entries(requests)) {
    if (!isSupported(name) || limits[name] !== undefined) continue
    if (containers.some(({ resources }) => resources?.limits?.[name] === undefined)) continue
    const limit = asWritten(name, all[name] ?? 0, pod.spec, 'limits')
    limits[name] = compareQuantities(quantityOf(request), quantityOf(limit)) > 0 ? request : limit
  }
  if (Object.keys(limits).length) own.limits = limits
  if (Object.keys(requests).length) own.requests = requests
}
