// How a request is to be treated.
import type { KubeObject, ManagedFieldsEntry } from '../api/types'
import type { ResourceInfo } from '../schema/resources'
import type { ApiServer } from './server'

/** A request of a user, as whoever follows them is told of it. `namespace` undefined: in all of them. */
export interface UserRequest {
  verb: string
  info: ResourceInfo
  namespace?: string
  name?: string
  subresource?: string
  /** What stands behind the question mark. */
  query?: { labelSelector?: string; fieldSelector?: string }
  /** More of what stands there. */
  parameters?: Record<string, string>
  /** A list that is not asked for in pages. */
  whole?: boolean
  options?: RequestOptions
  /** The object, the patch or the options that the client sends. */
  sent?: unknown
  /** How a patch is to be read; undefined where the client sends the difference between `before` and `sent`. */
  patchType?: string
  before?: KubeObject
  /** Which of the client's libraries asks, where it is not the usual one of the command. */
  client?: 'typed' | 'dynamic'
  /** An object, the objects of a list, what a deletion came to, or a refusal. */
  answer?: unknown
}

/** Told of a request of the user, and of the HTTP status it was answered with. */
export type Observer = (request: UserRequest, status: number, server: ApiServer) => void

export interface RequestOptions {
  /** The field manager, e.g. `kubectl-create`. */
  manager: string
  /** Everything is checked and answered, nothing is stored. */
  dryRun?: boolean
  /** Server-side apply: whether fields of other managers are taken from them. */
  force?: boolean
  /** `status`, `scale`, …: only that part is written. */
  subresource?: string
  /** A component applies what it writes: its fields stand under `Apply`. */
  applies?: boolean
  /** A component of the cluster: no validation, no admission. */
  trusted?: boolean
  /** The user was asked about before, under the verb of the request itself (patch). */
  authorized?: boolean
  /** The request is a patch: a uid in it says which one the object is to have, not which one it had. */
  patch?: boolean
  /** Server-side apply has worked these out itself; they are stored as they are. */
  managedFields?: ManagedFieldsEntry[]
}
