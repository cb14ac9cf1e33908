// How a request is to be treated.
import type { ManagedFieldsEntry } from '../api/types'

export interface RequestOptions {
  /** The field manager, e.g. `kubectl-create`. */
  manager: string
  /** Everything is checked and answered, nothing is stored. */
  dryRun?: boolean
  /** `status`, `scale`, …: only that part is written. */
  subresource?: string
  /** A component of the cluster: no validation, no admission. */
  trusted?: boolean
  /** The user was asked about before, under the verb of the request itself (patch). */
  authorized?: boolean
  /** Server-side apply has worked these out itself; they are stored as they are. */
  managedFields?: ManagedFieldsEntry[]
}
