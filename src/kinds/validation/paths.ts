// Validation of paths inside volumes. Upstream: pkg/apis/core/validation/validation.go (validateLocalDescendingPath).
import type { FieldError } from '../../errors'
import { invalidValue } from './errors'

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
