// What runs in a container: programs as state machines whose whole state is JSON, so that they live on between two invocations. Types only.
import type { Env } from '../api/contracts'
import type { Container, Json, Pod } from '../api/types'
import type { Passed } from './http-watch'
import type { Entry } from './tree'
import type { Growth, LogText } from './witness'
import type { DnsReply } from './world'

export type { Json }

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
  /** Speaks TLS: a client must as well. */
  tls?: boolean
  /** A real process of this machine that is behind it, `127.0.0.1:3000`. */
  process?: string
  /** Set by a shell that runs programs of its own: which of its processes answers here. */
  owner?: number
}

export interface FileStat {
  type: 'file' | 'directory' | 'link'
  /** Permission bits, e.g. 0o644. */
  mode: number
  uid: number
  gid: number
  /** Bytes. */
  size: number
  /** Last change, ms of cluster time. */
  changedAt: number
  /** Where a link points. */
  target?: string
  readOnly?: boolean
}

/**
 * The files of one container: image files below, what was written on top, mounted volumes over both. Paths are absolute.
 * Links are followed, save by `stat` and `remove`. Content is text, with bytes that are not UTF-8 as
 * lib/byte-text has them.
 */
export interface Files {
  read(path: string): string | undefined
  /** Creates or replaces a file; throws FileError: ENOENT (no such directory), EISDIR, EROFS (read-only mount). A new file gets `mode`, default 0o644. */
  write(path: string, content: string, mode?: number): void
  append(path: string, content: string): void
  /** Removes a file, or a directory with all that is in it. Throws FileError ENOENT, EROFS, EBUSY (a mount point). */
  remove(path: string): void
  exists(path: string): boolean
  isDirectory(path: string): boolean
  /** Names in a directory, sorted; undefined when it is none. */
  list(path: string): string[] | undefined
  /** With its parents; nothing happens when it exists. */
  makeDirectory(path: string): void
  stat(path: string): FileStat | undefined
  setMode(path: string, mode: number): void
  /** A number left out stays as it is. */
  setOwner(path: string, uid: number | undefined, gid: number | undefined): void
  /** Sets the time of the last change, ms. */
  setTime(path: string, at: number): void
  link(path: string, target: string): void
}

/** The outcome of opening a connection, decided by DNS, the proxy's rules and who listens. */
export type Connection =
  | {
      outcome: 'connected'
      ip: string
      port: number
      pod?: string
      tls: boolean
      request(request: Partial<HttpRequest> & { path: string }): HttpResponse
      stream(data: string): string
    }
  | { outcome: 'refused' | 'timeout' | 'unreachable'; ip: string; port: number }
  | { outcome: 'unresolved'; host: string }

/** A process as ps lists it; `startedAt` in ms. */
export interface ProcessRow {
  pid: number
  parent: number
  command: string
  startedAt: number
  /** Its user; default root. */
  uid?: number
}

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
  /** A whole line, without its newline; as a function of the time (ms) when the time is part of it. */
  log(line: LogText, stream?: 'stdout' | 'stderr'): void
  /** The Date header of an answer. Nothing may be decided by it. */
  dateHeader(): string
  /** Output as it comes, with newlines. */
  write(text: string, stream?: 'stdout' | 'stderr'): void
  /** Opens a connection from inside this container; host is a name or an address. */
  connect(host: string, port: number, protocol?: 'TCP' | 'UDP'): Connection
  /** Addresses DNS gives for a name as this Pod would ask; undefined when it does not exist. */
  resolve(host: string): string[] | undefined
  /** DNS without /etc/hosts; see Network in world.ts. */
  dns: {
    query(name: string, type: string, server?: string): DnsReply
    search(name: string): { names: string[]; servers: string[] }
  }
  ping(ip: string): 'answers' | 'silent' | 'unreachable'
  /** Sockets that processes of the Pod listen on. */
  sockets(): Listener[]
  /** True when another process of the Pod already listens on this port: a second bind fails with EADDRINUSE. */
  bound(port: number, protocol?: 'TCP' | 'UDP' | 'SCTP'): boolean
  /** Sends a signal to process 1 of the container (not to be called by process 1 itself). */
  signal(signal: Signal | 'SIGKILL'): void
  record: ContainerRecord
  /** The processes beside its own: the number of its main process, those of other containers it can see, and signals for them. */
  pids: {
    first: number
    /** The user and the groups of the container's processes. */
    uid: number
    gid: number
    groups: number[]
    others(): ProcessRow[]
    /** Without a signal it only asks whether there is such a process. */
    signal(pid: number, signal: Signal | 'SIGKILL' | undefined): boolean
  }
}

/** What a program wants after having run: its state, its sockets, when to be called again, or its end. */
export interface Step {
  state: Json
  listeners?: Listener[]
  /** Cluster time in ms at which `wake` is due; absent: sleeps until something else happens. */
  wakeAt?: number
  /** Called again when files of a shared volume change. */
  watchesFiles?: boolean
  exit?: Exit
}

/** Signals a program may handle; SIGKILL never reaches it. */
export type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGUSR1' | 'SIGUSR2' | 'SIGQUIT' | 'SIGWINCH'

/** A program. All calls are synchronous and pure but for what they do through the context. */
export interface Program {
  start(context: ProcessContext): Step
  wake?(state: Json, context: ProcessContext): Step
  /** Default: a PID 1 without a handler ignores SIGTERM, everything dies of SIGKILL (137). */
  signal?(state: Json, signal: Signal, context: ProcessContext): Step | undefined
  /** Standard input from attach; undefined is its end. */
  input?(state: Json, text: string | undefined, context: ProcessContext): Step
  /**
   * Absent `state`: unchanged. `exit` ends the program after the answer; `wakeAt` asks to be woken. `grows` says that the response does not
   * depend on what the state counts, and how the state goes on when the same is asked again.
   */
  http?(
    state: Json,
    request: HttpRequest,
    listener: Listener,
    context: ProcessContext,
  ): { response: HttpResponse; state?: Json; exit?: Exit; wakeAt?: number; grows?: Growth }
  /** A request was answered by the real process behind the listener, on a connection that led straight to it. */
  passed?(request: Passed, listener: Listener, context: ProcessContext): void
  /** Text in, text out, for protocols other than HTTP; called with '' when a connection opens. */
  stream?(
    state: Json,
    data: string,
    listener: Listener,
    context: ProcessContext,
  ): { data: string; state?: Json; close?: boolean; exit?: Exit; wakeAt?: number }
}

/** Which everyday commands an image holds: none (scratch, distroless), busybox's, Alpine's (busybox's and apk) or Debian's (coreutils, bash). */
export type Userland = 'none' | 'busybox' | 'alpine' | 'debian'

/** An image of the catalogue: one file in src/runtime/images. */
export interface Image {
  /** Repositories it answers to, without registry `docker.io` and `library/`: `nginx`, `bitnami/nginx`, `gcr.io/x/y`. */
  repositories: string[]
  /** Whether a tag was ever published; default every tag was. */
  hasTag?(tag: string): boolean
  /** What a tag changes: version variables, userland. */
  variant?(tag: string): Partial<Image>
  entrypoint?: string[]
  command?: string[]
  workingDir?: string
  /** Environment of the image config, in its order; PATH is added when missing. */
  variables?: Record<string, string>
  /** EXPOSEd ports. */
  ports?: number[]
  stopSignal?: Signal
  user?: string
  /** What containerd reports once pulled (bytes, compressed layers). */
  sizeBytes: number
  /** Time from creation until the program runs, ms; default 0. */
  startupMs?: number
  /** Files of the image that commands and servers read; a path that ends in a slash is a directory. */
  files?: Record<string, string>
  /** Default `none`. */
  userland?: Userland
  /** What its daemon calls its processes in ps, the main one first; default its command line. */
  titles?(argv: string[]): string[]
  /** Commands beyond the userland's, run by exec and by shells: `redis-cli`, `mongo`. */
  commands?: Record<string, Command>
  /**
   * The daemon behind an argv; undefined when argv is none of the image's own daemons. The runtime then runs a command or shell script
   * of the userland, or, when there is no such executable, fails with StartError.
   */
  program?(argv: string[], tag: string): Program | undefined
}

/** What a command of a shell or of exec sees of its surroundings. */
export interface CommandIo {
  /** As typed, `args` without it. */
  name: string
  args: string[]
  /** All of standard input: a command that reads this is called again, from its beginning, when input has ended. */
  readonly stdin: string
  /** What has come on standard input since the last call; for commands that pass lines on as they come. */
  input(): { text: string; end: boolean }
  /** Set when the command that `run` asked for has ended. */
  result?: { status: number; output: string }
  out(text: string): void
  err(text: string): void
  cwd: string
  /** The container's and the shell's exported variables. */
  variables: Record<string, string>
  /** True when standard output is a terminal. */
  tty: boolean
  /** Standard output is a pipe. */
  piped: boolean
  /** The image's commands are GNU's, not BusyBox's. */
  gnu: boolean
  process: ProcessContext
  files: Files
  /** Whether the user may read a file that exists. */
  readable(path: string): boolean
  /** Absolute path of a path as typed. */
  path(path: string): string
  /** Processes of the container: for ps, kill, pgrep. */
  processes(): ProcessRow[]
  /** Whether a command of this name or path could be run. */
  has(name: string): boolean
  kill(pid: number, signal: Signal | 'SIGKILL'): boolean
}
/**
 * A command ran to its exit code, or wants to go on: called again with `state` at `wakeAt` (ms; absent: when files change).
 * Output before that is already written.
 */
export type CommandOutcome =
  | number
  | {
      state: Json
      wakeAt?: number
      /** Called again when files change. */
      onFiles?: boolean
      /** Called again when more input has come. */
      onInput?: boolean
      /**
       * Runs another command first, on the same streams but for these; it is killed when `wakeAt` comes before its end. `only`: it gets no
       * other variables than these.
       */
      run?: { argv: string[]; stdin?: string; capture?: boolean; variables?: Record<string, string>; only?: boolean }
    }
export type Command = (io: CommandIo, state?: Json) => CommandOutcome

/** A finished command of exec, a probe or a hook. */
export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
  /** How long it ran in cluster time (ms): compared with a probe's timeout. */
  durationMs?: number
}

/** How a process ended. `signal` is a number; `code` is 128 + signal then. */
export interface Exit {
  code: number
  signal?: number
  /** Set when the runtime, not the program, ended it: OOMKilled, ContainerCannotRun, StartError. */
  reason?: string
  message?: string
}

/**
 * What the runtime remembers of a container's current instance: record table `containers`, key `<pod uid>/<container name>`.
 * Written by src/runtime/containers.ts alone.
 */
export interface ContainerRecord {
  /** 64 hexadecimal digits, as in `containerd://…`. */
  id: string
  pod: string
  namespace: string
  name: string
  image: string
  argv: string[]
  /** Without the Services' links, which src/runtime/service-links.ts makes of the log that `links` tells a place in. */
  variables: Record<string, string>
  links?: string
  linksAt?: number
  workingDir: string
  restartCount: number
  /** Parts of volumes bound by subPath, by mount path: their entries by path as they were when it started. */
  parts?: Record<string, Record<string, Entry>>
  /** ms of cluster time. */
  startedAt: number
  /** The program's own. */
  state: Json
  listeners: Listener[]
  wakeAt?: number
  /** True while a process waits for files to change (tail -f). */
  watchesFiles?: boolean
  finishedAt?: number
  exit?: Exit
}
