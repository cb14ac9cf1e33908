// explain --output=plaintext-openapiv2: the text of old, before there were templates. Upstream: kubectl/pkg/explain.
import { groupVersion } from '../apiserver/discovery'
import { CommandError } from '../errors'
import type { DocumentedField, DocumentedType } from '../schema/documented'
import type { ResourceInfo } from '../schema/resources'

export interface Question {
  info: ResourceInfo
  document: DocumentedType
  /** The fields that lead on. */
  path: string[]
  recursive: boolean
  /** How many levels of fields; 0 for all. */
  depth: number
}

const WIDTH = 80

/** Throws CommandError for a field that does not exist. */
export function oldText({ info, document, path, recursive, depth }: Question): string {
  let type = document
  let field: DocumentedField | undefined
  for (const name of path) {
    field = bare(type)
      .fields()
      .find((each) => each.name === name)
    if (!field) throw new CommandError(`field ${JSON.stringify(name)} does not exist`)
    type = field.type
  }
  const fields = bare(type).fields()
  const lines = [`KIND:     ${info.kind}`, `VERSION:  ${groupVersion(info)}`, '']
  const word = fields.length ? 'RESOURCE:' : 'FIELD:   '
  if (field) lines.push(`${word} ${field.name} <${nameOf(type)}>`, '')
  const said = [field?.description, bare(type).description].filter((text) => text)
  lines.push('DESCRIPTION:', ...indented(said.length ? said.join('\n\n') : '<empty>', 5))
  if (fields.length) {
    const below = recursive ? nested(bare(type), depth, 1, []) : fields.flatMap(described)
    lines.push('', 'FIELDS:', ...below.map((line) => (line ? `   ${line}` : '')))
  }
  return `${lines.join('\n')}\n`
}

/** What lists and maps hold in the end. */
function bare(type: DocumentedType): DocumentedType {
  return type.element ? bare(type.element) : type
}

/** Structs are all called alike. */
function nameOf(type: DocumentedType): string {
  if (type.element) return type.typeName.slice(0, type.typeName.length - type.element.typeName.length) + nameOf(type.element)
  if (type.fields().length) return 'Object'
  return type.typeName === 'Object' ? 'map[string]' : (SCALARS[type.typeName] ?? type.typeName)
}

/** What the second version of the schema calls types that are written as strings. */
const SCALARS: Record<string, string> = {
  Quantity: 'string',
  IntOrString: 'string',
  Time: 'string',
  MicroTime: 'string',
  FieldsV1: 'map[string]',
}

function described({ name, type, description, required }: DocumentedField): string[] {
  return [`${name}\t<${nameOf(type)}>${required ? ' -required-' : ''}`, ...(description ? indented(description, 2, 3) : []), '']
}

function nested(type: DocumentedType, depth: number, level: number, history: string[]): string[] {
  if (type.ref && history.includes(type.ref)) return []
  const known = type.ref ? [...history, type.ref] : history
  return type.fields().flatMap((field) => {
    const line = `${field.name}\t<${nameOf(field.type)}>`
    if (depth > 0 && level >= depth) return [line]
    return [line, ...nested(bare(field.type), depth, level + 1, known).map((each) => `   ${each}`)]
  })
}

/** Words in lines that end before the margin; `outer` is what the lines will be indented by besides. */
function indented(text: string, by: number, outer = 0): string[] {
  return wrapped(text, WIDTH - by - outer).map((line) => (line ? ' '.repeat(by) + line : ''))
}

const BULLET = /^(\d+\.?|-|\*)\s/

/** Lines that mean something by themselves stay: empty ones, code, lists, what follows a colon. */
function wrapped(text: string, width: number): string[] {
  const out: string[] = []
  let line: string[] = []
  let last = ''
  const flush = () => {
    if (line.length) out.push(line.join(' '))
    line = []
    last = ''
  }
  for (const source of text.split('\n')) {
    const trimmed = source.trim()
    if (source.startsWith('    ') || (out.length > 0 && trimmed === '')) {
      flush()
      out.push(source.startsWith('    ') ? source : '')
      continue
    }
    if (last.endsWith(':') || trimmed === '' || BULLET.test(trimmed)) flush()
    for (const word of trimmed.split(/\s+/).filter((each) => each !== '')) {
      if (line.length && [...line, word].join(' ').length > width) flush()
      line.push(word)
      last = word
    }
  }
  flush()
  return out
}
