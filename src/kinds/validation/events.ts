// Validation of events, in the form of the core group: old ones hardly, those that have a time of their own more. Upstream: pkg/apis/core/validation/events.go.
import type { KubeObject } from '../../api/types'
import type { FieldError } from '../../errors'
import { isLabelKey } from '../../lib/names'
import { type Fields, fieldsOf } from '../defaults/fields'
import { invalids, invalidValue, required } from './errors'

const MOST_NOTE = 1024
const MOST_OTHERS = 128

function text(value: unknown): string {
  return String(value ?? '')
}

/** Upstream shows no values. */
function blank(field: string, why: string): FieldError {
  return invalidValue(field, '', why)
}

function validateNamed(event: Fields, key: string): FieldError[] {
  const value = text(event[key])
  const errors = value ? [] : [required(key)]
  return Buffer.byteLength(value) > MOST_OTHERS ? [...errors, blank(key, `can have at most ${MOST_OTHERS} characters`)] : errors
}

export function validateEvent(event: KubeObject): FieldError[] {
  const { involvedObject, message, reportingComponent } = event as Fields
  const about = text(fieldsOf(involvedObject)?.namespace)
  const namespace = event.metadata.namespace ?? ''
  const homes = event.eventTime ? ['default', 'kube-system'] : ['default']
  const isHome = about ? Boolean(event.eventTime) || about === namespace : homes.includes(namespace)
  const errors = isHome ? [] : [invalidValue('involvedObject.namespace', about, 'does not match event.namespace')]
  if (!event.eventTime) return errors
  const controller = text(reportingComponent)
  if (!controller) errors.push(required('reportingComponent'))
  errors.push(...invalids('reportingComponent', controller, isLabelKey(controller)))
  for (const key of ['reportingInstance', 'action', 'reason']) errors.push(...validateNamed(event, key))
  if (Buffer.byteLength(text(message)) > MOST_NOTE) errors.push(blank('message', `can have at most ${MOST_NOTE} characters`))
  return errors
}
