// The errors of kubesim: what the API server answers (ApiError) and what kubectl itself refuses (UsageError, CommandError).

export interface StatusCause {
  reason?: string
  message: string
  field?: string
}

export interface StatusDetails {
  name?: string
  group?: string
  kind?: string
  uid?: string
  causes?: StatusCause[]
  retryAfterSeconds?: number
}

const CODES: Record<string, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServerTimeout: 504,
  Timeout: 504,
}

/** A failed request, as a metav1.Status: `reason` is its machine word (NotFound), `message` its sentence, `code` the HTTP status. */
export class ApiError extends Error {
  readonly code: number
  constructor(
    readonly reason: string,
    message: string,
    readonly details: StatusDetails = {},
    /** Where it is not the one that goes with the reason. */
    code?: number,
  ) {
    super(message)
    this.code = code ?? CODES[reason] ?? 500
  }
}

function qualified(resource: string, group: string): string {
  return group ? `${resource}.${group}` : resource
}

/** The resource is there, but what was asked of it is not done with it. */
export function notAllowed(): ApiError {
  return new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource')
}

/** `resource` is `pods` or `replicasets.apps`. */
export function notFound(resource: string, name: string): ApiError {
  const [kind, ...group] = resource.split('.')
  return new ApiError('NotFound', `${resource} "${name}" not found`, { name, group: group.join('.'), kind })
}

export function alreadyExists(resource: string, name: string): ApiError {
  const [kind, ...group] = resource.split('.')
  return new ApiError('AlreadyExists', `${resource} "${name}" already exists`, { name, group: group.join('.'), kind })
}

export function conflict(resource: string, name: string, why: string): ApiError {
  const [kind, ...group] = resource.split('.')
  return new ApiError('Conflict', `Operation cannot be fulfilled on ${resource} "${name}": ${why}`, { name, group: group.join('.'), kind })
}

export function forbidden(resource: string, name: string, why: string): ApiError {
  const [kind, ...group] = resource.split('.')
  return new ApiError('Forbidden', `${resource} "${name}" is forbidden: ${why}`, { name, group: group.join('.'), kind })
}

/** corev1.NamespaceTerminatingCause */
export const NAMESPACE_TERMINATING = 'NamespaceTerminating'

/** Nothing can be created in a namespace that goes away: controllers keep silent about it and give up. */
export function isNamespaceTerminating(error: unknown): boolean {
  return error instanceof ApiError && error.details.causes?.some(({ reason }) => reason === NAMESPACE_TERMINATING) === true
}

/** One entry of field.ErrorList. `detail` follows the type's own words: `spec.x: Invalid value: 3: detail`. */
export interface FieldError {
  type:
    | 'Required'
    | 'Invalid'
    | 'NotSupported'
    | 'Duplicate'
    | 'Forbidden'
    | 'TooLong'
    | 'TooMany'
    | 'Internal'
    | 'NotFound'
    | 'TypeInvalid'
  field: string
  /** `Invalid value: "x": must …`, as field.Error.ErrorBody prints it. */
  message: string
}

/** `kind` and `group` as in `Deployment.apps "x" is invalid: …`; several causes print as a bracketed list. */
export function invalid(kind: string, group: string, name: string, errors: FieldError[]): ApiError {
  const once = new Map(errors.map((e) => [e.field ? `${e.field}: ${e.message}` : e.message, e]))
  const lines = [...once.keys()]
  const body = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return new ApiError('Invalid', `${qualified(kind, group)} "${name}" is invalid: ${body}`, {
    name,
    group,
    kind,
    causes: [...once.values()].map((e) => ({ reason: `FieldValue${e.type}`, message: e.message, field: e.field })),
  })
}

/** Wrong flags or arguments; the message is printed as kubectl prints it: `error: …`, with an optional trailing hint line. */
export class UsageError extends Error {
  constructor(
    message: string,
    /** Printed on a line of its own after the message, e.g. `See 'kubectl get -h' for help and examples`. */
    readonly hint?: string,
  ) {
    super(message)
  }
}

/** A failure of the command itself (not of the server): printed as `error: …`. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
    /** What still goes to stdout before the error. */
    readonly printed = '',
  ) {
    super(message)
  }
}

/** A failure whose message is printed as it is, without `error: `. */
export class PlainFailure extends CommandError {}

/** Ends the command with this exit code and no further output. */
export class SilentExit extends Error {
  constructor(readonly exitCode: number) {
    super(`exit ${exitCode}`)
  }
}

/** Several failures of one command, as utilerrors.Aggregate; its message is the bracketed list. */
export class AggregateFailure extends Error {
  constructor(readonly failures: Error[]) {
    const messages = [...new Set(failures.map((f) => f.message))]
    super(messages.length === 1 ? messages[0] : `[${messages.join(', ')}]`)
  }
}

/** Nothing, the one failure itself, or all of them together. */
export function combine(failures: Error[]): Error | undefined {
  return failures.length > 1 ? new AggregateFailure(failures) : failures[0]
}
