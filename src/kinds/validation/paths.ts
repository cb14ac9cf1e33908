// Validation of paths inside volumes. Upstream: pkg/apis/core/validation/validation.go (validateLocalDescendingPath).
import type { FieldError } from '../../errors'
import type { Fields } from '../defaults/fields'
import { invalidValue, notSupported, required } from './errors'

/** No step of the path leads upwards. */
export function validateNoBacksteps(path: string, field: string): FieldError[] {
  return path.split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []
}

/** A relative path that stays below where it begins. */
export function validateLocalPath(path: string, field: string): FieldError[] {
  const errors = path.startsWith('/') ? [invalidValue(field, path, 'must be a relative path')] : []
  return [...errors, ...validateNoBacksteps(path, field)]
}

/** As validateLocalPath; names that begin with two dots are the kubelet's own. */
export function validateLocalNonReservedPath(path: string, field: string): FieldError[] {
  const errors = validateLocalPath(path, field)
  if (path.startsWith('..') && !path.startsWith('../')) errors.push(invalidValue(field, path, "must not start with '..'"))
  return errors
}

const HOST_PATH_TYPES = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

/** A directory or file of the node, in a Pod's volume and in a PersistentVolume alike. */
export function validateHostPath(source: Fields, path: string): FieldError[] {
  if (!source.path) return [required(`${path}.path`)]
  const errors = validateNoBacksteps(String(source.path), `${path}.path`)
  if (!HOST_PATH_TYPES.includes(String(source.type ?? ''))) errors.push(notSupported(`${path}.type`, source.type, HOST_PATH_TYPES))
  return errors
}

export function validateNfs(source: Fields, path: string): FieldError[] {
  const errors = ['server', 'path'].filter((key) => !source[key]).map((key) => required(`${path}.${key}`))
  const place = String(source.path ?? '')
  return place.startsWith('/') ? errors : [...errors, invalidValue(`${path}.path`, place, 'must be an absolute path')]
}
