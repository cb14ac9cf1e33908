// What the bindings of admission policies have in common.
import type { KubeObject, LabelSelector } from '../api/types'
import { goSelector } from './describe/go-text'

export interface PolicyBinding extends KubeObject {
  spec: { policyName?: string; paramRef?: { name?: string; namespace?: string; selector?: LabelSelector } }
}

/** The PARAMREF cell: without a namespace it cannot be known if the parameter has one, so `*` stands for it. */
export function paramText({ spec: { paramRef } }: PolicyBinding): string {
  if (paramRef?.name) return `${paramRef.namespace || '*'}/${paramRef.name}`
  return paramRef?.selector ? goSelector(paramRef.selector) : '<unset>'
}
