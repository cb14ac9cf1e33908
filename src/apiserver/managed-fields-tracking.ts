// Who manages which fields: kept up to date at every write, in metadata.managedFields.
import type { KubeObject } from '../api/types'
import type { ResourceInfo } from '../schema/resources'
import type { RequestOptions } from './options'

/** Called with the object about to be stored. */
export function trackCreate(_info: ResourceInfo, _object: KubeObject, _options: RequestOptions, _now: string): void {}

/** Called with the object about to replace `old`. */
export function trackUpdate(_info: ResourceInfo, _object: KubeObject, _old: KubeObject, _options: RequestOptions, _now: string): void {}
