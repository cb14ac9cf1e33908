// What may be said of an object in an error: the server quotes objects and patches whole, and of a Secret that would be its values.
import type { Json } from '../api/types'
import { isObject, type JsonObject, setField } from '../lib/patch/value'
import type { ResourceInfo } from '../schema/resources'

const HIDDEN = '***'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object or patch as it is; of a Secret with every value, and the configuration applied last, hidden. */
export function concealed<T extends Json>({ resource }: ResourceInfo, value: T): T {
  return (resource === 'secrets' ? hide(value, false) : value) as T
}

function hide(value: Json, secret: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => hide(item, secret))
  if (!isObject(value)) return secret && value !== null ? HIDDEN : value
  const out: JsonObject = {}
  for (const key of Object.keys(value)) {
    const holds = secret || key === 'data' || key === 'stringData' || key === LAST_APPLIED
    setField(out, key, hide(value[key], holds))
  }
  return out
}
