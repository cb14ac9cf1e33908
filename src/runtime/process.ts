// What runs in a container: programs as state machines whose whole state is JSON, so that they live on between two invocations. Types only.
import type { Env } from '../api/contracts'
import type { Container, Json, Pod } from '../api/types'

/** An HTTP request as a container's program sees it. */
export interface HttpRequest {
  method: string
  /** Path with query, `/demo/person?x=1`. */
  path: string
  headers: Record<string, string>
  body: string
  /** Source address as the container sees it (after masquerade). */
  remoteAddress: string
}
export interface HttpResponse {
  status: number
  headers: Record<string, string>
  body: string
  /** Time until the first byte, ms of cluster time; probes compare it with their timeout. */
  delayMs?: number
}

/** A socket a program listens on. `handler` names how the program answers there; the program itself interprets it. */
export interface Listener {
  port: number
  protocol: 'TCP' | 'UDP' | 'SCTP'
  /** `http` listeners answer `Program.http`, `stream` ones `Program.stream`. */
  handler: 'http' | 'stream'
  /** Loopback only when set; default all addresses. */
  address?: '127.0.0.1'
}

/** The files of one container: image files below, what was written on top, mounted volumes over both. Paths are absolute. */
export interface Files {
  read(path: string): string | undefined
  /** Throws CommandError for a read-only mount. */
  write(path: string, content: string): void
  remove(path: string): void
  exists(path: string): boolean
  isDirectory(path: string): boolean
  /** Names in a directory, sorted; undefined when it is none. */
  list(path: string): string[] | undefined
  makeDirectory(path: string): void
}

/** The outcome of opening a connection, decided by DNS, the proxy's rules and who listens. */
export type Connection =
  | {
      outcome: 'connected'
      ip: string
      port: number
      pod?: string
      request(request: Partial<HttpRequest> & { path: string }): HttpResponse
      stream(data: string): string
    }
  | { outcome: 'refused' | 'timeout' | 'unreachable'; ip: string; port: number }
  | { outcome: 'unresolved'; host: string }

/** What a program may use. */
export interface ProcessContext {
  env: Env
  pod: Pod
  container: Container
  /** The command line as the container runtime starts it: entrypoint and arguments, `$(VAR)` expanded. */
  argv: string[]
  /** Environment variables, Service links included. */
  variables: Record<string, string>
  files: Files
  log(line: string, stream?: 'stdout' | 'stderr'): void
  /** Opens a connection from inside this container; host is a name or an address. */
  connect(host: string, port: number, protocol?: 'TCP' | 'UDP'): Connection
  /** Addresses DNS gives for a name as this Pod would ask; undefined when it does not exist. */
  resolve(host: string): string[] | undefined
}

/** What a program wants after having run: its state, its sockets, when to be called again, or its end. */
export interface Step {
  state: Json
  listeners?: Listener[]
  /** Cluster time in ms at which `wake` is due; absent: sleeps until something else happens. */
  wakeAt?: number
  exit?: { code: number; signal?: number; reason?: string; message?: string }
}

/** A program. All calls are synchronous and pure but for what they do through the context. */
export interface Program {
  start(context: ProcessContext): Step
  wake?(state: Json, context: ProcessContext): Step
  /** Default: a PID 1 without a handler ignores SIGTERM, everything dies of SIGKILL (137). */
  signal?(state: Json, signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1' | 'SIGQUIT', context: ProcessContext): Step | undefined
  http?(state: Json, request: HttpRequest, listener: Listener, context: ProcessContext): { response: HttpResponse; state?: Json }
  /** Bytes (latin1 string) in, bytes out, for protocols other than HTTP. */
  stream?(state: Json, data: string, listener: Listener, context: ProcessContext): { data: string; state?: Json; close?: boolean }
}

/** An image of the catalogue: one file in src/runtime/images. */
export interface Image {
  /** Repositories it answers to, without registry `docker.io` and `library/`: `nginx`, `bitnami/nginx`, `gcr.io/x/y`. */
  repositories: string[]
  entrypoint?: string[]
  command?: string[]
  workingDir?: string
  /** Environment of the image config. */
  variables?: Record<string, string>
  /** EXPOSEd ports. */
  ports?: number[]
  stopSignal?: string
  user?: string
  sizeBytes: number
  /** Files of the image that commands and servers read. */
  files?: Record<string, string>
  /** The program behind an argv, undefined when the image has no such executable (the runtime then fails with ContainerCannotRun / StartError). */
  program(argv: string[], tag: string): Program | undefined
}

/** A finished command of exec, a probe or a hook. */
export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
  /** How long it ran in cluster time (ms): compared with a probe's timeout. */
  durationMs?: number
}
