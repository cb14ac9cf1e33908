// A fault that a user put into the cluster as the cause of a failure: what it does, and how it is cleared.
import type { Pod } from '../api/types'
import { type Fault, faultsOf, nodeFault, probeFault } from '../faults'
import { formatDuration } from '../lib/ages'
import type { World } from '../runtime/world'
import type { Cause } from './types'

function share(rate: number | undefined, what: string): string {
  return rate === undefined ? `every ${what}` : `${Math.round(rate * 1000) / 10}% of ${what === 'reply' ? 'replies' : `${what}s`}`
}

/** What a fault does, in a few words: `readiness fails`, `20% of replies are 503`. */
export function effectOf(fault: Fault): string {
  const { kind, probe, delayMs, code, everyMs, reason, rate, image, rcode } = fault
  switch (kind) {
    case 'probe':
      return `${probe ?? 'every'} probe ${delayMs === undefined ? 'fails' : `takes ${formatDuration(delayMs)} longer`}`
    case 'crash': {
      const how = reason ? `${reason} (exit code ${code ?? 1})` : `exit code ${code ?? 1}`
      return `crashes ${formatDuration(everyMs ?? 0)} after each start: ${how}`
    }
    case 'pull':
      return image === undefined ? 'no image can be pulled' : `${image} cannot be pulled`
    case 'reply': {
      const verb = rate === undefined ? 'is' : 'are'
      if (code === undefined)
        return `${share(rate, 'reply')} ${rate === undefined ? 'takes' : 'take'} ${formatDuration(delayMs ?? 0)} longer`
      return code === 0 ? `${share(rate, 'reply')} ${verb} cut off` : `${share(rate, 'reply')} ${verb} ${code}`
    }
    case 'network':
      return rate === undefined ? 'every packet to or from it is lost' : `${share(rate, 'packet')} to and from it are lost`
    case 'dns':
      return rcode ? `every question is answered ${rcode}` : 'no question is answered'
    case 'node':
      return 'its kubelet is out of action'
  }
}

export function faultCause(fault: Fault, text = `the fault ${fault.id} is in force: ${effectOf(fault)}`): Cause {
  return { id: 'fault', text, remedy: `clear the fault ${fault.id}`, command: `kubesim fault clear ${fault.id}` }
}

/** The fault that keeps a Pod from being ready. */
export function readinessFault(world: World, pod: Pod): Fault | undefined {
  for (const container of pod.spec.containers) {
    const status = pod.status?.containerStatuses?.find((s) => s.name === container.name)
    if (status?.ready) continue
    const [crash] = faultsOf(world, 'crash', pod, container.name)
    if (crash) return crash
    if (!status?.state.running) continue
    const kind = status.started === false && container.startupProbe ? 'startup' : 'readiness'
    const { fault } = container[`${kind}Probe`] ? probeFault(world, pod, container.name, kind) : {}
    if (fault) return fault
  }
  const pull = faultsOf(world, 'pull', pod).find(() =>
    pod.status?.containerStatuses?.some((s) => /Image/.test(s.state.waiting?.reason ?? '')),
  )
  return pull ?? nodeFault(world, pod.spec.nodeName ?? '') ?? faultsOf(world, 'network', pod)[0]
}
