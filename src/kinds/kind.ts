// What the rest of the house may ask of a kind; one file a kind fills this in, src/kinds/index.ts lists them.
import type { Env, View } from '../api/contracts'
import type { KubeObject } from '../api/types'
import type { FieldError } from '../errors'

/** One column of `kubectl get`. Cells of `wide` columns are computed only when shown. */
export interface Column<T extends KubeObject = KubeObject> {
  /** As printed, in capitals: `READY`, `EXTERNAL-IP`. */
  name: string
  wide?: boolean
  /** `now` is the cluster's time in ms, for ages. */
  cell(object: T, now: number, wide: boolean): string
}

/** What describe may look at besides the object: related objects (`view`) and the clock. */
export interface DescribeContext {
  view: View
  now: number
  showEvents: boolean
}

/** What admission may look at while an object is prepared: other objects, clock and chance (for allocation). */
export interface PrepareContext {
  view: View
  env: Env
  dryRun: boolean
  /** The request comes from a component of the cluster, which may do what users do by way of subresources. */
  trusted?: boolean
  /** Warning headers of the request. */
  warn?(message: string): void
  /** Who makes the request; undefined is the administrator. */
  user?: { name: string; uid?: string; groups: string[]; extra?: Record<string, string[]> }
}

/**
 * The behaviour of one kind beyond its fields (names, verbs, types and simple defaults are data: src/schema).
 * `defaults`, `prepareForCreate` and `prepareForUpdate` may change the object they are given, which is a private copy.
 * Upstream: pkg/apis/<group>/<version>/defaults.go, pkg/registry/<group>/<resource>/strategy.go, pkg/apis/<group>/validation.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  /** Plural and group: `pods`, `deployments.apps`. */
  resource: string
  columns: Column<T>[]
  /** Versioned defaults; idempotent. */
  defaults?(object: T): void
  /** Registry strategy: drops what a user may not set, initial status, allocation. Runs after defaults, before validate. */
  prepareForCreate?(object: T, context: PrepareContext): void
  /** Keeps what an update may not change silently (status on a spec write), carries allocations over. */
  prepareForUpdate?(object: T, old: T, context: PrepareContext): void
  validate?(object: T, old?: T): FieldError[]
  /** Only what is special to a creation; `validate` runs before. */
  validateCreate?(object: T, context?: PrepareContext): FieldError[]
  /** Only what is special to an update (immutability); `validate` runs besides. */
  validateUpdate?(object: T, old: T): FieldError[]
  validateStatusUpdate?(object: T, old: T): FieldError[]
  /** Warning headers of a create or update, without the word `Warning:`. */
  warnings?(object: T, old?: T): string[]
  /** True when a spec change bumps metadata.generation. */
  hasGeneration?: boolean
  /** The whole text of `kubectl describe`, newline at its end. Without it the generic describer is used. */
  describe?(object: T, context: DescribeContext): string
}

/** A kind as a list entry: hides its object type. */
export function defineKind<T extends KubeObject>(kind: Kind<T>): Kind {
  return kind as unknown as Kind
}
