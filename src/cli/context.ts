// What a command is given: its flags and arguments, the cluster's file, the streams.
import { impersonated, type User } from '../apiserver/authorization'
import type { Observer } from '../apiserver/options'
import type { ApiServer } from '../apiserver/server'
import { ClusterFile } from '../cluster-file'
import { allowsColor, type Host, stateFile } from '../env'
import { UsageError } from '../errors'
import { forTerminal } from '../lib/terminal'
import type { Flags } from './flags'
import type { KubeContext } from './kube-context'
import { helpHint } from './report'

/** A question to a path that leads to no object. */
export interface PathRequest {
  /** With its query. */
  path: string
  /** The source line that asks, as it stands in the log. */
  place: string
  accept: string
  /** The answer's body is not shown. */
  bare?: boolean
}

export type PathObserver = (request: PathRequest, server: ApiServer) => void

export class CommandContext {
  private opened?: ClusterFile
  /** Is told of the requests made, where -v asks for it. */
  observe?: Observer
  observePath?: PathObserver
  /** Is told that the schema of a group version is needed. */
  observeSchema?: (version: string, server: ApiServer) => void
  /** How many warnings the server has given. */
  warnings = 0

  constructor(
    /** The command's words without the program's name: `create service nodeport`. */
    readonly path: string,
    readonly flags: Flags,
    readonly host: Host,
    private readonly kube: KubeContext,
  ) {}

  /** The cluster behind the kubeconfig's context. Throws when that context cannot be used. */
  get cluster(): ClusterFile {
    this.requireServer()
    if (!this.opened) {
      this.opened = new ClusterFile(this.host, stateFile(this.host, this.flags.string('state')), (message) => this.warn(message), this.user)
      this.opened.observe = this.observe
    }
    return this.opened
  }

  /** Throws when the kubeconfig's context cannot be used. */
  requireServer(): void {
    if (this.kube.failure) throw this.kube.failure
  }

  /** Whom the client acts as; undefined is the administrator. */
  get user(): User | undefined {
    const { name = '', groups = [], uid = '', extra = {} } = this.kube.impersonation ?? {}
    return name ? impersonated(name, groups, uid, extra) : undefined
  }

  get args(): string[] {
    return this.flags.args
  }

  /** `kubectl create service nodeport`, as error texts name the command. */
  get programPath(): string {
    return `kubectl ${this.path}`
  }

  out(text: string): void {
    this.host.streams.out(text)
  }

  err(text: string): void {
    this.host.streams.err(text)
  }

  /** Passes on a warning of the server. */
  warn(message: string): void {
    this.warnings++
    const { host, flags } = this
    const coloured = !flags.bool('no-color') && allowsColor(host, host.streams.stderrIsTerminal)
    this.err(`${coloured ? '\u001b[33;1mWarning:\u001b[0m' : 'Warning:'} ${forTerminal(message)}\n`)
  }

  /** Tells who listens of a question to the server that nobody may be refused; the answer is made when it is told. */
  tellOfReview(server: ApiServer, resource: string, review: object): void {
    const info = server.discovery.byResource(resource)
    if (info) server.tell({ verb: 'create', info, sent: { kind: info.kind, apiVersion: `${info.group}/${info.version}`, ...review } }, 201)
  }

  /** The namespace a command works in, and whether it was asked for by flag. */
  get namespace(): string {
    if (this.kube.failure) throw this.kube.failure
    return this.flags.string('namespace') || this.kube.namespace || 'default'
  }
  get namespaceGiven(): boolean {
    return this.flags.changed('namespace')
  }

  /** A refusal of the arguments, followed by the hint to the help. */
  usage(message: string): UsageError {
    return new UsageError(message, helpHint(this.programPath))
  }
}

/** One command of the list in src/commands. `run` resolves to the exit code (0 when undefined); failures are thrown. */
export interface Command {
  run(context: CommandContext): number | undefined | Promise<number | undefined> | Promise<void> | void
}
