// What an admission plugin is: it may change an object on its way in, or refuse it.

import type { DeleteOptions, Env, View } from '../../api/contracts'
import type { KubeObject } from '../../api/types'
import { type ApiError, forbidden } from '../../errors'
import type { ResourceInfo } from '../../schema/resources'
import type { User } from '../authorization'
import type { RequestOptions } from '../options'
import type { Reinvocation } from './policies/mutating'

export interface AdmissionContext {
  view: View
  env: Env
  dryRun: boolean
  /** The request comes from a component of the cluster. */
  trusted?: boolean
  /** Who makes the request; undefined is the administrator. */
  user?: User
  /** How the request is to be treated. */
  request: RequestOptions & DeleteOptions
  /** The object is created under a `generateName`. */
  nameIsMadeUp?: boolean
  /** How policies that change objects are asked once more. */
  reinvocation?: Reinvocation
  /** Warning headers of the request. */
  warn(message: string): void
}

/** Plugins run in their list's order: first every `admit` (before validation), which may change the object. Refusals are ApiErrors. */
export interface AdmissionPlugin {
  name: string
  /** Resources it looks at. */
  resources: string[]
  create?(object: KubeObject, context: AdmissionContext, info: ResourceInfo): void
  update?(object: KubeObject, old: KubeObject, context: AdmissionContext, info: ResourceInfo): void
  /** After validation, in the same order: may only refuse. */
  checkCreate?(object: KubeObject, context: AdmissionContext, info: ResourceInfo): void
  checkUpdate?(object: KubeObject, old: KubeObject, context: AdmissionContext, info: ResourceInfo): void
}

/** The refusal of an object: `pods "web" is forbidden: why`. An object whose name is still to be made goes by the name's beginning. */
export function refusal(info: ResourceInfo, object: KubeObject, why: string): ApiError {
  return forbidden(info.resource, object.metadata.name || (object.metadata.generateName ?? ''), why)
}
