// What a trace says: the way of one connection hop by hop, its end, the one cause of a failure and what remedies it. Types only.
import type { Pod, Service } from '../api/types'
import type { Origin } from '../network/packet'

export type Verdict = 'delivered' | 'refused' | 'dropped' | 'not resolved'

export type HopKind =
  | 'from'
  | 'hosts'
  | 'resolv.conf'
  | 'dns'
  | 'rule'
  | 'address'
  | 'source'
  | 'policy'
  | 'fault'
  | 'endpoint'
  | 'container'

export interface TraceHop {
  kind: HopKind
  /** One line for people. */
  text: string
  /** The same as fields, for programs. */
  detail: Record<string, unknown>
  /** Left out of the text unless everything is asked for: rules that only pass a packet on. */
  minor?: true
}

export type CauseId =
  | 'selector'
  | 'no-selector'
  | 'scaled-to-zero'
  | 'not-ready'
  | 'target-port'
  | 'port-name'
  | 'port'
  | 'node-port'
  | 'namespace'
  | 'no-service'
  | 'external-name'
  | 'dns'
  | 'policy'
  | 'local-policy'
  | 'source-range'
  | 'no-pod'
  | 'cluster-name-outside'
  | 'outside'
  | 'source'
  | 'no-answer'
  | 'fault'

export interface Cause {
  id: CauseId
  text: string
  remedy: string
  /** A command line that carries the remedy out, or the trace as it should have been. */
  command?: string
}

export interface Trace {
  from: string
  to: string
  hops: TraceHop[]
  verdict: Verdict
  /** The verdict in a sentence. */
  summary: string
  container?: { namespace: string; pod: string; container: string; port: number; node?: string }
  cause?: Cause
}

export interface TraceRequest {
  origin: Origin
  /** As typed, without port. */
  host: string
  port: number
  protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP'
  /** FROM as typed, for commands in remedies. */
  fromWord: string
  /** Namespace the names in remedies are typed in. */
  namespace: string
}

/** A Service port a connection is about. */
export interface ServiceTarget {
  service: Service
  /** Pods its selector matches. */
  pods: Pod[]
}
