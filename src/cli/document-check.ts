// What kubectl itself finds wrong with a document before any server sees it: what --validate looks at, and what no object can be read from.
// Upstream: kubectl/pkg/validation/schema.go, apimachinery unstructured.UnstructuredJSONScheme, cli-runtime metadataValidatingDecoder.
import { CommandError } from '../errors'
import { quote } from '../lib/go-values'
import { isRecord, jsonTypeName, metadataError } from '../schema/decode'

function requiredText(value: unknown, field: string): string | undefined {
  if (value === undefined) return `${field} not set`
  return typeof value === 'string' ? undefined : `${field} isn't string type`
}

/** A list is asked for its items alone. */
function problemsOf(value: unknown): string[] {
  if (!isRecord(value)) return [INVALID]
  if (value.kind !== 'List' || value.apiVersion !== 'v1')
    return [requiredText(value.apiVersion, 'apiVersion'), requiredText(value.kind, 'kind')].filter((problem) => problem !== undefined)
  return Array.isArray(value.items) ? value.items.flatMap(problemsOf) : [INVALID]
}

const INVALID = 'invalid object to validate'

/** The refusal of a document by --validate; undefined when it passes. */
export function validationProblem(value: unknown, source: string): CommandError | undefined {
  const problems = [...new Set(problemsOf(value))]
  if (!problems.length) return undefined
  const text = problems.length > 1 ? `[${problems.join(', ')}]` : problems[0]
  return new CommandError(
    `error validating ${quote(source)}: error validating data: ${text}; if you choose to ignore these errors, turn validation off with --validate=false`,
  )
}

/** Why no object can be read from a document; undefined when one can. `text` is its JSON, as error messages show it. */
export function decodingProblem(value: unknown, source: string, text: () => string): CommandError | undefined {
  const why = undecodableText(value, text) ?? metadataError(value as Record<string, unknown>)
  return why === undefined ? undefined : new CommandError(`unable to decode ${quote(source)}: ${why}`)
}

/** What unstructured.UnstructuredJSONScheme says of a value that is no object; undefined when it is one. */
export function undecodableText(value: unknown, text: () => string): string | undefined {
  if (!isRecord(value)) return `json: cannot unmarshal ${jsonTypeName(value)} into Go value of type unstructured.detector`
  for (const field of ['kind', 'apiVersion']) {
    if (value[field] !== undefined && typeof value[field] !== 'string')
      return `json: cannot unmarshal ${jsonTypeName(value[field])} into Go struct field detector.${field} of type string`
  }
  if (!value.kind) return `Object 'Kind' is missing in '${text()}'`
  return undefined
}
