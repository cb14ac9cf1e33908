// Containers as running programs: starts them, lets time pass for them, sends them signals and requests, and remembers their state.
import type { Records } from '../api/contracts'
import type { Container, Pod } from '../api/types'
import { replyFault } from '../faults'
import { ownEntry } from '../lib/own-entry'
import { openConnection } from './connect'
import { containerUser } from './container-user'
import { expandReferences, WordList } from './environment-references'
import { filesOf, releaseContainerFiles } from './files'
import { isHeld, noteRemoved, noteStored } from './held-ports'
import type { Passed } from './http-watch'
import { imageOf } from './images/index'
import { appendLog, trimLogs } from './logs'
import type {
  ContainerRecord,
  Exit,
  Files,
  HttpRequest,
  HttpResponse,
  Image,
  Listener,
  ProcessContext,
  Program,
  Signal,
  Step,
} from './process'
import { firstPid, neighboursOf, sharesProcesses, signalNeighbour } from './process-namespace'
import { allVariables, type Environment } from './service-links'
import { executableProblem, userlandProgram } from './shell/userland'
import { partsOf } from './volumes'
import { descends, type Growth, type LogText } from './witness'
import type { World } from './world'

const TABLE = 'containers'
/** Beyond so many containers of a Pod it is written down who holds which port. */
const MANY = 64

export function containerRecord(world: Pick<World, 'records'>, podUid: string, name: string): ContainerRecord | undefined {
  return world.records.get<ContainerRecord>(TABLE, `${podUid}/${name}`)
}

/** Every container of a Pod's spec: init, regular, ephemeral. */
export function allContainers(pod: Pod): readonly Container[] {
  const { initContainers, containers, ephemeralContainers } = pod.spec
  return initContainers || ephemeralContainers ? [...(initContainers ?? []), ...containers, ...(ephemeralContainers ?? [])] : containers
}

function save(world: World, pod: Pod, record: ContainerRecord): ContainerRecord {
  if (allContainers(pod).length > MANY) noteStored(world, pod.metadata.uid, containerRecord(world, pod.metadata.uid, record.name), record)
  world.records.put<ContainerRecord>(TABLE, `${pod.metadata.uid}/${record.name}`, record)
  return record
}

export function imageOfContainer(world: World, name: string): Image {
  const found = imageOf(name, world.records)
  if ('missing' in found) throw new Error(found.message)
  return found.image
}

/** Everything a program may use, each part made when first asked for: most requests need none of it. */
class Context implements ProcessContext {
  private made?: Files
  private all?: Record<string, string>
  constructor(
    private readonly world: World,
    readonly pod: Pod,
    readonly container: Container,
    readonly record: ContainerRecord,
  ) {}
  get env() {
    return this.world.env
  }
  get argv() {
    return this.record.argv
  }
  get variables() {
    this.all ??= allVariables(this.world.records, this.record)
    return this.all
  }
  get files(): Files {
    this.made ??= filesOf(this.world, this.pod, this.container, this.record)
    return this.made
  }
  log = (line: LogText, stream: 'stdout' | 'stderr' = 'stdout'): void => {
    this.output(typeof line === 'string' ? `${line}\n` : (now) => `${line(now)}\n`, stream)
  }
  write = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): void => this.output(text, stream)
  private output(text: LogText, stream: 'stdout' | 'stderr'): void {
    const { witness } = this.world
    const world = witness?.real ?? this.world
    const { name, restartCount } = this.record
    const { uid } = this.pod.metadata
    appendLog(world, uid, name, restartCount, typeof text === 'string' ? text : text(world.env.now()), stream)
    witness?.wrote({ pod: uid, container: name, restart: restartCount, text, stream })
  }
  dateHeader = (): string => new Date((this.world.witness?.real ?? this.world).env.now()).toUTCString()
  connect = (host: string, port: number, protocol: 'TCP' | 'UDP' = 'TCP') =>
    openConnection(this.world, { pod: this.pod }, host, port, protocol)
  resolve = (host: string) => this.world.network.resolve(this.pod, host)
  bound = (port: number, protocol: Listener['protocol'] = 'TCP') => portTaken(this.world, this.pod, this.record.name, port, protocol)
  get dns() {
    const { network } = this.world
    return {
      query: (name: string, type: string, server?: string) => network.query(this.pod, name, type, server),
      search: (name: string) => network.search(this.pod, name),
    }
  }
  ping = (ip: string) => this.world.network.ping(this.pod, ip)
  sockets = () => networkPeers(this.world, this.pod).flatMap((p) => listenersOf(this.world, p))
  get pids(): ProcessContext['pids'] {
    const { world, pod, container } = this
    const { uid, gid, supplementalGroups: groups } = containerUser(world, pod, container)
    return {
      first: firstPid(pod, container),
      uid,
      gid,
      groups,
      others: () => neighboursOf(world, pod, container),
      signal: (pid, signal) => {
        const there = signalNeighbour(world, pod, pid, signal)
        if (there && signal) world.touched?.({ namespace: pod.metadata.namespace!, name: pod.metadata.name })
        return there
      },
    }
  }
  signal = (signal: Signal | 'SIGKILL') => {
    signalContainer(this.world, this.pod, this.container, signal)
    this.world.touched?.({ namespace: this.pod.metadata.namespace!, name: this.pod.metadata.name })
  }
}

/** What exec, probes and hooks see of a running container. */
export function processContext(world: World, pod: Pod, container: Container, record: ContainerRecord): ProcessContext {
  return new Context(world, pod, container, record)
}

/** Pods that share one network: the Pod alone, or all on the network of its node. */
export function networkPeers(world: World, pod: Pod): Pod[] {
  const { hostNetwork, nodeName } = pod.spec
  if (!hostNetwork || !nodeName) return [pod]
  return world.view.mentioning<Pod>('pods', undefined, nodeName).filter((p) => p.spec.hostNetwork && p.spec.nodeName === nodeName)
}

function listenersOf(world: World, pod: Pod): Listener[] {
  return allContainers(pod).flatMap((c) => {
    const record = containerRecord(world, pod.metadata.uid, c.name)
    return record && !record.exit ? record.listeners : []
  })
}

function portTaken(world: World, pod: Pod, own: string, port: number, protocol: Listener['protocol']): boolean {
  return networkPeers(world, pod).some((peer) => {
    const { uid } = peer.metadata
    const except = uid === pod.metadata.uid ? own : undefined
    const containers = allContainers(peer)
    if (containers.length > MANY)
      return isHeld(world, uid, containers, (name) => containerRecord(world, uid, name), `${port}/${protocol}`, except)
    return containers.some((c) => {
      const record = c.name === except ? undefined : containerRecord(world, uid, c.name)
      return !!record && !record.exit && record.listeners.some((l) => l.port === port && l.protocol === protocol)
    })
  })
}

/** The process behind a record: a daemon of the image, or a command or script of its userland. */
export function programOf(image: Image, argv: string[], tag: string): Program | undefined {
  return image.program?.(argv, tag) ?? userlandProgram(image, tag, argv)
}

function programOfRecord(world: World, record: ContainerRecord): Program | undefined {
  const found = imageOf(record.image, world.records)
  return 'missing' in found ? undefined : programOf(found.image, record.argv, found.reference.tag ?? 'latest')
}

export interface StartOptions {
  /** 64 hexadecimal digits. */
  id: string
  restartCount: number
  environment: Environment
}

/**
 * Starts the container now. The result has `exit` at once when the program ended at once, or, with reason StartError and code 128, when
 * there is no such executable (its message is the runtime's). Files written by the previous instance are gone; volumes stay.
 */
export function startContainer(world: World, pod: Pod, container: Container, options: StartOptions): ContainerRecord {
  const found = imageOf(container.image, world.records)
  if ('missing' in found) throw new Error(found.message)
  const { image } = found
  const { tooLong, ...environment } = options.environment
  const argv = tooLong ? 'too long' : commandLine(world.records, image, container, environment)
  const now = world.env.now()
  const parts = partsOf(world, pod, container, environment)
  let record: ContainerRecord = {
    ...(parts ? { parts } : {}),
    id: options.id,
    pod: pod.metadata.name,
    namespace: pod.metadata.namespace!,
    name: container.name,
    image: container.image,
    argv: argv === 'too long' ? [] : argv,
    ...environment,
    workingDir: container.workingDir || image.workingDir || '/',
    restartCount: options.restartCount,
    startedAt: now,
    state: null,
    listeners: [],
  }
  releaseContainerFiles(world.records, pod.metadata.uid, container.name)
  trimLogs(world.records, pod.metadata.uid, container.name, options.restartCount)
  record = save(world, pod, record)
  if (argv === 'too long') return save(world, pod, failed(record, now, startError('argument list too long'), 'StartError'))
  if (argv.length === 0) return save(world, pod, failed(record, now, 'no command specified', 'CreateContainerError'))
  const tag = found.reference.tag ?? 'latest'
  const program = programOf(image, argv, tag)
  const context = new Context(world, pod, container, record)
  const problem = directoryProblem(context) ?? (image.program?.(argv, tag) ? undefined : executableProblem(image, argv[0], context))
  if (!program || problem) {
    return save(world, pod, failed(record, now, startError(problem ?? ''), 'StartError'))
  }
  return settle(world, pod, record, program.start(context))
}

function startError(problem: string): string {
  const task = 'failed to create containerd task: failed to create shim task'
  return `${task}: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${problem}`
}

/** runc makes a working directory that is not there; what is no directory it cannot enter. */
function directoryProblem({ files, record: { workingDir } }: ProcessContext): string | undefined {
  if (!files.exists(workingDir) || files.isDirectory(workingDir)) return undefined
  return `chdir to cwd ("${workingDir}") set in config.json failed: not a directory`
}

function failed(record: ContainerRecord, now: number, message: string, reason: string): ContainerRecord {
  return { ...record, finishedAt: now, exit: { code: 128, reason, message } }
}

/** Entrypoint and arguments as the kubelet and the runtime put them together, `$(VAR)` expanded, unless no process can be given so much. */
export function commandLine(records: Records, image: Image, container: Container, environment: Environment): string[] | 'too long' {
  const words = new WordList()
  let all: Record<string, string> | undefined
  const lookUp = (name: string) => {
    all ??= allVariables(records, environment)
    return ownEntry(all, name)
  }
  const expand = (text: string) => (words.isFull ? '' : words.add(text.includes('$') ? expandReferences(text, lookUp) : text))
  const command = container.command?.length ? container.command.map(expand) : undefined
  const args = container.args?.length ? container.args.map(expand) : undefined
  if (words.isFull) return 'too long'
  if (command) return [...command, ...(args ?? [])]
  return [...(image.entrypoint ?? []), ...(args ?? image.command ?? [])]
}

/** Stores what a program's step says. */
function settle(world: World, pod: Pod, record: ContainerRecord, step: Step): ContainerRecord {
  const next: ContainerRecord = { ...record, state: step.state, listeners: step.exit ? [] : (step.listeners ?? record.listeners) }
  delete next.wakeAt
  delete next.watchesFiles
  if (step.exit) {
    next.exit = step.exit
    next.finishedAt = world.env.now()
  } else {
    if (step.wakeAt !== undefined) next.wakeAt = step.wakeAt
    if (step.watchesFiles) next.watchesFiles = true
  }
  return save(world, pod, next)
}

/** Lets a program go on whose `wakeAt` has come, or whose files changed; nothing happens before that. */
export function wakeContainer(world: World, pod: Pod, container: Container, force = false): ContainerRecord | undefined {
  const record = containerRecord(world, pod.metadata.uid, container.name)
  if (!record || record.exit || (!force && (record.wakeAt === undefined || record.wakeAt > world.env.now()))) return record
  const program = programOfRecord(world, record)
  if (!program?.wake) return record
  return settle(world, pod, record, program.wake(record.state, new Context(world, pod, container, record)))
}

/** Standard input for process 1, from attach; undefined is its end. */
export function sendInput(world: World, pod: Pod, container: Container, text: string | undefined): ContainerRecord | undefined {
  const record = containerRecord(world, pod.metadata.uid, container.name)
  const program = record && !record.exit ? programOfRecord(world, record) : undefined
  if (!record || !program?.input) return record
  const next = settle(world, pod, record, program.input(record.state, text, new Context(world, pod, container, record)))
  world.touched?.({ namespace: record.namespace, name: record.pod })
  return next
}

/** Sends a signal to process 1. SIGKILL ends it with 137; a program that does not handle another one is not touched by it. */
export function signalContainer(world: World, pod: Pod, container: Container, signal: Signal | 'SIGKILL'): ContainerRecord | undefined {
  const record = containerRecord(world, pod.metadata.uid, container.name)
  if (!record || record.exit) return record
  if (signal === 'SIGKILL') return endContainer(world, pod, container, { code: 137 })
  const program = programOfRecord(world, record)
  const step = program?.signal?.(record.state, signal, new Context(world, pod, container, record))
  if (step) return settle(world, pod, record, step)
  // Only process 1 lives on without a handler.
  const number = sharesProcesses(pod) ? DEADLY[signal] : undefined
  return number === undefined ? record : endContainer(world, pod, container, { code: 128 + number, signal: number })
}

/** Signals that end who has no handler for them. */
const DEADLY: Partial<Record<Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGUSR1: 10, SIGUSR2: 12, SIGTERM: 15 }

/** Ends a container from outside: OOM kill, node failure, fault. */
export function endContainer(world: World, pod: Pod, container: Container, exit: Exit): ContainerRecord | undefined {
  const record = containerRecord(world, pod.metadata.uid, container.name)
  if (!record || record.exit) return record
  return settle(world, pod, record, { state: record.state, exit })
}

/** Forgets a container's process and the files it wrote (its logs stay until the Pod is gone). */
export function removeContainer(world: World, podUid: string, name: string): void {
  world.records.put(TABLE, `${podUid}/${name}`, undefined)
  noteRemoved()
  releaseContainerFiles(world.records, podUid, name)
}

/** The signal that stops it first: container spec, image, SIGTERM. */
export function stopSignalOf(world: World, container: Container): Signal {
  const found = imageOf(container.image, world.records)
  const own = container.lifecycle?.stopSignal
  if (own) return own as Signal
  return ('missing' in found ? undefined : found.image.stopSignal) ?? 'SIGTERM'
}

/** What the kubelet puts into `terminated.message`: the termination log, or, when policy says so, the end of the output of a failure. */
export function terminationMessage(world: World, pod: Pod, container: Container, record: ContainerRecord): string | undefined {
  if (record.exit?.message) return record.exit.message
  const files = filesOf(world, pod, container, record)
  const text = files.read(container.terminationMessagePath || '/dev/termination-log')
  if (text) return text.slice(0, 4096)
  if (container.terminationMessagePolicy !== 'FallbackToLogsOnError' || !record.exit?.code) return undefined
  const lines = world.records.get<{ lines: string[] }>('logs', `${pod.metadata.uid}/${record.name}/${record.restartCount}`)?.lines ?? []
  const tail = lines
    .slice(-80)
    .map((l) => l.replace(/^\d+[oeOE]/, ''))
    .join('\n')
  return tail ? `${tail.slice(-2048)}\n` : undefined
}

/** The container of these Pods that answers on a port; loopback-only listeners answer loopback alone. */
export function listenerAt(
  world: World,
  pods: Pod[],
  port: number,
  protocol: Listener['protocol'],
  loopback: boolean,
): { pod: Pod; container: Container; record: ContainerRecord; listener: Listener } | undefined {
  for (const pod of pods) {
    for (const container of allContainers(pod)) {
      const record = containerRecord(world, pod.metadata.uid, container.name)
      if (!record || record.exit) continue
      const listener = record.listeners.find((l) => l.port === port && l.protocol === protocol && (loopback || !l.address))
      if (listener) return { pod, container, record, listener }
    }
  }
  return undefined
}

/** Has the program behind a listener answer an HTTP request. */
export function answerHttp(world: World, at: NonNullable<ReturnType<typeof listenerAt>>, request: HttpRequest): HttpResponse {
  const record = containerRecord(world, at.pod.metadata.uid, at.container.name)
  const program = record && !record.exit ? programOfRecord(world, record) : undefined
  if (!record || !program?.http || at.listener.handler !== 'http') return { status: 0, headers: {}, body: '' }
  const fault = replyFault(world, at.pod, at.container.name)
  if (fault.code !== undefined) return brokenReply(fault)
  const answer = program.http(record.state, request, at.listener, new Context(world, at.pod, at.container, record))
  if (answer.grows) world.witness?.grows(TABLE, `${at.pod.metadata.uid}/${at.container.name}`, answer.grows)
  after(world, at.pod, at.container, record, answer)
  const response = request.method === 'HEAD' ? withoutBody(answer.response) : answer.response
  return fault.delayMs === 0 ? response : { ...response, delayMs: (response.delayMs ?? 0) + fault.delayMs }
}

/** An answer to HEAD: the length is that of the body that is not sent. */
function withoutBody(response: HttpResponse): HttpResponse {
  if (response.body === '') return response
  const length = response.headers['content-length'] ?? String(Buffer.byteLength(response.body))
  return { ...response, headers: { ...response.headers, 'content-length': length }, body: '' }
}

/** Tells the program behind a listener what the real process in its place answered. */
export function notePassed(
  world: World,
  { pod, container, record, listener }: NonNullable<ReturnType<typeof listenerAt>>,
  passed: Passed,
): void {
  programOfRecord(world, record)?.passed?.(passed, listener, new Context(world, pod, container, record))
}

/** What a fault sends in the program's place, which does not see the request. */
function brokenReply({ fault, code, delayMs }: ReturnType<typeof replyFault>): HttpResponse {
  if (!code) return { status: 0, headers: {}, body: '' }
  const body = `${code} from the fault ${fault!.id}\n`
  return { status: code, headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': String(body.length) }, body, delayMs }
}

/** Has it answer bytes of another protocol; `close` says that it hung up. */
export function answerStream(
  world: World,
  at: NonNullable<ReturnType<typeof listenerAt>>,
  data: string,
): { data: string; close?: boolean } {
  const record = containerRecord(world, at.pod.metadata.uid, at.container.name)
  const program = record && !record.exit ? programOfRecord(world, record) : undefined
  if (!record || !program?.stream) return { data: '', close: true }
  if (replyFault(world, at.pod, at.container.name).code !== undefined) return { data: '', close: true }
  const answer = program.stream(record.state, data, at.listener, new Context(world, at.pod, at.container, record))
  after(world, at.pod, at.container, record, answer)
  return answer
}

/** Stores what an answer changed: the program's state, or its end. */
function after(
  world: World,
  pod: Pod,
  container: Container,
  record: ContainerRecord,
  answer: { state?: unknown; exit?: Exit; wakeAt?: number; grows?: Growth },
): void {
  if (answer.exit) {
    endContainer(world, pod, container, answer.exit)
  } else if (answer.state !== undefined || answer.wakeAt !== undefined) {
    const current = containerRecord(world, pod.metadata.uid, container.name)
    if (!current || current.exit || current.id !== record.id) return
    const next: ContainerRecord = {
      ...current,
      ...(answer.state === undefined ? {} : { state: answer.state as ContainerRecord['state'] }),
      ...(answer.wakeAt === undefined ? {} : { wakeAt: answer.wakeAt }),
    }
    if (answer.grows) descends(next, current)
    save(world, pod, next)
    if (answer.wakeAt === undefined) return
  } else {
    return
  }
  world.touched?.({ namespace: pod.metadata.namespace!, name: pod.metadata.name })
}
