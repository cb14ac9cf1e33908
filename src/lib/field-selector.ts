// Field selectors: `metadata.name=x,status.phase!=Running`, and which fields each resource lets one select by.
import { SelectorError } from './label-selector'

export interface FieldRequirement {
  field: string
  operator: '=' | '!='
  value: string
}

/** Splits at commas that no backslash escapes (fields.splitTerms). */
function terms(source: string): string[] {
  const found: string[] = []
  let term = ''
  for (let i = 0; i < source.length; i++) {
    if (source[i] === '\\' && i + 1 < source.length) {
      term += source.slice(i, i + 2)
      i++
    } else if (source[i] === ',') {
      found.push(term)
      term = ''
    } else {
      term += source[i]
    }
  }
  return [...found, term]
}

function unescapeValue(value: string): string {
  let out = ''
  for (let i = 0; i < value.length; i++) {
    const char = value[i]
    if (char === '\\') {
      const next = value[i + 1]
      if (next === undefined || !'\\,='.includes(next)) {
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${next ?? ''}`)
      }
      out += next
      i++
    } else if (char === ',' || char === '=') {
      throw new SelectorError(`invalid field selector: unescaped character in value: ${char.charCodeAt(0)}`)
    } else {
      out += char
    }
  }
  return out
}

/** fields.ParseSelector. Throws SelectorError `invalid selector: '…'; can't understand '…'`. */
export function parseFieldSelector(source: string): FieldRequirement[] {
  const found: FieldRequirement[] = []
  for (const term of terms(source).sort()) {
    if (term === '') continue
    const split = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
    if (!split) throw new SelectorError(`invalid selector: '${source}'; can't understand '${term}'`)
    found.push({ field: split[1], operator: split[2] === '!=' ? '!=' : '=', value: unescapeValue(split[3]) })
  }
  return found
}

/** Selector.String(): back to text, values escaped. */
export function formatFieldSelector(selector: FieldRequirement[]): string {
  return selector.map(({ field, operator, value }) => `${field}${operator}${value.replace(/[\\,=]/g, '\\$&')}`).join(',')
}

const OBJECT_FIELDS = ['metadata.name', 'metadata.namespace']
const EVENT_FIELDS = ['reason', 'reportingComponent', 'source', 'type', ...OBJECT_FIELDS]
const REFERENCE_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/** Upstream: pkg/apis/<group>/<version>/conversion.go. Other resources know only their name and namespace. */
const FIELDS: Record<string, { fields: string[]; refusal?: (field: string) => string }> = {
  pods: {
    fields: [
      ...OBJECT_FIELDS,
      ...['nodeName', 'restartPolicy', 'schedulerName', 'serviceAccountName', 'hostNetwork'].map((f) => `spec.${f}`),
      ...['phase', 'podIP', 'podIPs', 'nominatedNodeName'].map((f) => `status.${f}`),
    ],
  },
  nodes: { fields: ['metadata.name', 'spec.unschedulable'] },
  replicationcontrollers: { fields: [...OBJECT_FIELDS, 'status.replicas'] },
  events: { fields: [...EVENT_FIELDS, ...REFERENCE_FIELDS.map((f) => `involvedObject.${f}`)] },
  namespaces: { fields: ['metadata.name', 'status.phase'] },
  secrets: { fields: [...OBJECT_FIELDS, 'type'] },
  services: { fields: [...OBJECT_FIELDS, 'spec.clusterIP', 'spec.type'] },
  'replicasets.apps': { fields: [...OBJECT_FIELDS, 'status.replicas'] },
  'jobs.batch': {
    fields: [...OBJECT_FIELDS, 'status.successful'],
    refusal: (field) => `field label "${field}" not supported for batchv1.Job`,
  },
  'certificatesigningrequests.certificates.k8s.io': { fields: ['metadata.name', 'spec.signerName'] },
  'resourceslices.resource.k8s.io': {
    fields: ['metadata.name', 'spec.nodeName', 'spec.driver'],
    refusal: (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  },
}

/** What is known of a resource (`pods`, `jobs.batch`); a custom one states the fields its objects can be selected by. */
export interface Selectable {
  resource: string
  namespaced: boolean
  selectableFields?: string[]
}

/**
 * Checks the fields against what the resource supports. Throws SelectorError with the API server's sentence; kubectl prints it as a BadRequest.
 * Upstream: besides the built-in kinds' conversions, apiextensions-apiserver/pkg/apiserver/conversion/converter.go.
 */
export function checkFieldSelector(
  selector: FieldRequirement[],
  { resource, namespaced, selectableFields }: Selectable,
): FieldRequirement[] {
  const known = Object.hasOwn(FIELDS, resource) ? FIELDS[resource] : undefined
  const custom = selectableFields && [...OBJECT_FIELDS.slice(0, namespaced ? 2 : 1), ...selectableFields]
  const allowed = known?.fields ?? custom ?? OBJECT_FIELDS
  const plain = (field: string) =>
    known || custom
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
  return selector.map((requirement) => {
    // Old clients name a pod's node `spec.host`.
    const field = resource === 'pods' && requirement.field === 'spec.host' ? 'spec.nodeName' : requirement.field
    if (!allowed.includes(field)) throw new SelectorError((known?.refusal ?? plain)(field))
    return { ...requirement, field }
  })
}

/** What an absent field counts as in the server's field sets; others are empty. */
const ABSENT: Record<string, string> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
}

/** The value a field has in an object, as text. */
function fieldText(object: object, field: string): string {
  let value: unknown = object
  for (const step of field.split('.')) {
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined
  }
  if (field === 'status.podIPs' && Array.isArray(value)) return value.map((entry: { ip?: string }) => entry.ip).join(',')
  if (field === 'source' && typeof value === 'object' && value !== null) return String((value as { component?: string }).component ?? '')
  return value === undefined || value === null ? '' : String(value)
}

/** True when the object satisfies every requirement. */
export function fieldsMatch(selector: FieldRequirement[], object: object): boolean {
  return selector.every(({ field, operator, value }) => {
    const source = field === 'status.successful' ? 'status.succeeded' : field
    const actual = fieldText(object, source) || (ABSENT[field] ?? '')
    return (actual === value) === (operator === '=')
  })
}
