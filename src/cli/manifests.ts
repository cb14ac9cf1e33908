// Objects from files, directories, standard input and URLs, as `-f` names them: read, split into documents, decoded to plain JSON.
// Upstream: cli-runtime/pkg/resource/{builder,visitor}.go, apimachinery/pkg/util/yaml.
import type { Host } from '../env'
import { AggregateFailure, ApiError, CommandError } from '../errors'
import { jsonSyntaxError } from '../lib/go-json-error'
import { splitDocuments } from '../schema/yaml'
import { manifestSources } from './manifest-sources'
import { parseYaml } from './yaml'

/** A document with where it came from (`file.yml`, `STDIN`). A `List` has been taken apart: `inList` says so. */
export interface Document {
  value: Record<string, unknown>
  source: string
  inList: boolean
}

/** Documents in order, and what could not be read: one failure a source. */
export interface Documents {
  documents: Document[]
  failures: Error[]
}

/** Concatenated JSON values. */
function splitJson(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = -1
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (inString) {
      if (c === '\\') i++
      else if (c === '"') inString = false
    } else if (c === '"') inString = true
    else if (c === '{' || c === '[') {
      if (depth++ === 0) start = i
    } else if ((c === '}' || c === ']') && --depth === 0) {
      parts.push(text.slice(start, i + 1))
      start = -1
    }
  }
  if (start >= 0 || !parts.length) return [text]
  return parts
}

/** The values in a text: YAML documents or JSON objects. Throws CommandError in kubectl's words, naming the source. */
export async function parseDocuments(text: string, source: string): Promise<unknown[]> {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  if (/^\s*[{[]/.test(clean)) {
    const parts = splitJson(clean)
    requireFew(parts.length, source)
    try {
      return parts.map((part) => requestOf(JSON.parse(part), part, source))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      // Not JSON after all: a YAML flow mapping, or broken. What is neither is complained of as JSON.
      const broken = clean.trimStart().startsWith('{') ? jsonSyntaxError(clean) : undefined
      try {
        return yamlDocuments(clean, source)
      } catch (error) {
        if (!broken) throw error
        const why = broken.offset === undefined ? 'unexpected EOF' : `json: offset ${broken.offset}: ${broken.message}`
        throw new CommandError(`error parsing ${source}: ${why}`)
      }
    }
  }
  return yamlDocuments(clean, source)
}

function yamlDocuments(text: string, source: string): unknown[] {
  const parts = splitDocuments(text)
  requireFew(parts.length, source)
  if (parts.some((part) => part.length > MOST_YAML)) throw requestTooLarge(source)
  return parts.map((part) => requestOf(parseYaml(part, source), part, source))
}

/** How many objects one source may hold. */
const MOST_OBJECTS = 10_000
/** What the API server takes in one request, bytes of JSON. */
const MOST_REQUEST = 3 * 1024 * 1024

/** A YAML document is not taken apart when it is longer, UTF-16 units: comments and indentation may be as long again as the request. */
const MOST_YAML = 3 * MOST_REQUEST

/** Throws CommandError for more objects than a command can take. */
function requireFew(objects: number, source: string): void {
  if (objects > MOST_OBJECTS)
    throw new CommandError(`${source} holds ${objects} objects, more than the ${MOST_OBJECTS} of one command: split it`)
}

/** Throws ApiError for an object, or one in a list, that no request could carry. */
function requestOf(value: unknown, part: string, source: string): unknown {
  if (part.length <= MOST_REQUEST) return value
  const items = isObject(value) && Array.isArray(value.items) ? value.items : [value]
  requireFew(items.length, source)
  if (items.some((item) => JSON.stringify(item).length > MOST_REQUEST)) throw requestTooLarge(source)
  return value
}

function requestTooLarge(source: string): ApiError {
  const message = `error when creating ${JSON.stringify(source)}: Request entity too large: limit is ${MOST_REQUEST}`
  return new ApiError('RequestEntityTooLarge', message)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Takes lists apart; documents that are nothing (`null`) are passed over. */
function flatten(value: unknown, source: string, inList: boolean): Document[] {
  if (value === null || value === undefined) return []
  if (!isObject(value)) {
    throw new CommandError(
      `error parsing ${source}: error unmarshaling JSON: json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
    )
  }
  if (typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items)) {
    const itemKind = value.kind.slice(0, -4)
    return value.items.flatMap((item) => {
      const filled =
        isObject(item) && itemKind && !item.kind ? { ...item, kind: itemKind, apiVersion: item.apiVersion ?? value.apiVersion } : item
      return flatten(filled, source, true)
    })
  }
  return [{ value, source, inList }]
}

/** Everything `-f` names. `files` that are `-` read standard input once. */
export async function readManifests(host: Host, files: string[], recursive: boolean): Promise<Documents> {
  const documents: Document[] = []
  const failures: Error[] = []
  const sources = manifestSources(host, files, recursive)
  for (const { name, text } of sources) {
    try {
      for (const value of await parseDocuments(await text(), name))
        for (const document of flatten(value, name, false)) documents.push(document)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      failures.push(error)
    }
  }
  if (failures.length && sources.length > 1)
    return { documents, failures: [failures.length > 1 ? new AggregateFailure(failures) : failures[0]] }
  return { documents, failures }
}
