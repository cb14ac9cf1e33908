// Objects from files, directories, standard input and URLs, as `-f` names them: read, split into documents, decoded to plain JSON.
// Upstream: cli-runtime/pkg/resource/{builder,visitor}.go, apimachinery/pkg/util/yaml.
import type { Host } from '../env'
import { ApiError, CommandError } from '../errors'
import { jsonSyntaxError } from '../lib/go-json-error'
import { toCompactJson } from '../lib/json-emit'
import { isRecord } from '../schema/decode'
import { separatedDocuments } from '../schema/yaml'
import { decodingProblem, validationProblem } from './document-check'
import { manifestSources } from './manifest-sources'
import { parseYaml } from './yaml'

/** A document with where it came from (`file.yml`, `STDIN`). A `List` has been taken apart: `inList` says so. */
export interface Document {
  value: Record<string, unknown>
  source: string
  inList: boolean
}

/** Documents in order, and what could not be read. */
export interface Documents {
  documents: Document[]
  failures: Error[]
  /** How many documents had been read when each of the failures came. */
  readBefore: number[]
  /** One file was named, which may hold one object. */
  oneFile: boolean
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
  return [...documentsIn(text, source)].map(({ value }) => value)
}

interface Parsed {
  value: unknown
  /** Its JSON, as error messages show it. */
  text(): string
}

/** One after the other, so that those before a broken one are had. */
function* documentsIn(text: string, source: string): Generator<Parsed> {
  const clean = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const asJson = /^\s*[{[]/.test(clean) ? jsonDocuments(clean, source) : undefined
  if (asJson) yield* asJson
  else yield* yamlDocuments(clean, source)
}

/** Undefined when the text is no JSON after all: a YAML flow mapping. What is neither is complained of as JSON. */
function jsonDocuments(text: string, source: string): Parsed[] | undefined {
  const parts = splitJson(text)
  requireFew(parts.length, source)
  try {
    return parts.map((part) => ({ value: requestOf(JSON.parse(part), part, source), text: () => part.trim() }))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const broken = text.trimStart().startsWith('{') ? jsonSyntaxError(text) : undefined
    if (!broken) return undefined
    try {
      return [...yamlDocuments(text, source)]
    } catch {
      const why = broken.offset === undefined ? 'unexpected EOF' : `json: offset ${broken.offset}: ${broken.message}`
      throw new CommandError(`error parsing ${source}: ${why}`)
    }
  }
}

function* yamlDocuments(text: string, source: string): Generator<Parsed> {
  const { documents, misplaced } = separatedDocuments(text)
  requireFew(documents.length, source)
  if (documents.some((part) => part.length > MOST_YAML)) throw requestTooLarge(source)
  for (const part of documents) {
    const value = requestOf(parseYaml(part, source), part, source)
    yield { value, text: () => toCompactJson(value) }
  }
  if (misplaced !== undefined) throw new CommandError(`error parsing ${source}: invalid Yaml document separator: ${misplaced}`)
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
  const items = isRecord(value) && Array.isArray(value.items) ? value.items : [value]
  requireFew(items.length, source)
  if (items.some((item) => JSON.stringify(item).length > MOST_REQUEST)) throw requestTooLarge(source)
  return value
}

function requestTooLarge(source: string): ApiError {
  const message = `error when creating ${JSON.stringify(source)}: Request entity too large: limit is ${MOST_REQUEST}`
  return new ApiError('RequestEntityTooLarge', message)
}

/** Takes lists apart, which is what has items; items that are nothing (`null`) are passed over. Upstream: UnstructuredJSONScheme.decodeToList. */
function flatten(value: Record<string, unknown>, source: string, inList: boolean): Document[] {
  const { items, kind, apiVersion } = value
  if (items === null) return []
  if (typeof kind !== 'string' || !Array.isArray(items)) return [{ value, source, inList }]
  const itemKind = kind.replace(/List$/, '')
  return items.flatMap((item) => {
    if (item === null || item === undefined) return []
    if (!isRecord(item)) throw decodingProblem(item, source, () => '')
    const filled = !item.kind && !item.apiVersion ? { ...item, kind: itemKind, apiVersion } : item
    return flatten(filled, source, true)
  })
}

export interface ReadRules {
  recursive?: boolean
  /** Documents are validated; one that fails ends its source. */
  validate?: boolean
  /** Documents are maps of any content, not objects of the API. */
  anyMap?: boolean
}

/** Everything `-f` names. */
export async function readManifests(host: Host, files: string[], rules: ReadRules = {}): Promise<Documents> {
  const documents: Document[] = []
  const failures: Error[] = []
  const readBefore: number[] = []
  const fail = (error: Error) => {
    failures.push(error)
    readBefore.push(documents.length)
  }
  const sources = manifestSources(host, files, rules.recursive === true)
  for (const { name, text } of sources) {
    try {
      for (const { value, text: json } of documentsIn(await text(), name)) {
        if (value === null || value === undefined) continue
        const invalid = rules.validate && validationProblem(value, name)
        if (invalid) throw invalid
        const undecodable = rules.anyMap && isRecord(value) ? undefined : decodingProblem(value, name, json)
        if (undecodable) fail(undecodable)
        else for (const document of flatten(value as Record<string, unknown>, name, false)) documents.push(document)
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      fail(error)
    }
  }
  return { documents, failures, readBefore, oneFile: sources.length === 1 && files[0] !== '-' }
}

/** Visits the documents one by one; answers what failed, in reading and in visiting, in the order of the files. */
export function visitDocuments({ documents, failures, readBefore }: Documents, visit: (document: Document) => void): Error[] {
  const found: Error[] = []
  let next = 0
  for (const [i, document] of documents.entries()) {
    while (readBefore[next] <= i) found.push(failures[next++])
    try {
      visit(document)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      found.push(error)
    }
  }
  return [...found, ...failures.slice(next)]
}
