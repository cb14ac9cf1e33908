// How a request is to be treated.

export interface RequestOptions {
  /** The field manager, e.g. `kubectl-create`. */
  manager: string
  /** Everything is checked and answered, nothing is stored. */
  dryRun?: boolean
  /** `status`, `scale`, …: only that part is written. */
  subresource?: string
  /** A component of the cluster: no validation, no admission. */
  trusted?: boolean
}
