// kubectl explain TYPE[.field]: the fields of a kind. Upstream: kubectl/pkg/explain/v2/templates/plaintext.tmpl.
import { groupResource, groupVersion } from '../apiserver/discovery'
import type { Command, CommandContext } from '../cli/context'
import { oldText } from '../cli/explain-v2'
import type { Cluster } from '../cluster'
import { CommandError, PlainFailure } from '../errors'
import { parseJsonPath, type Step } from '../lib/jsonpath-parse'
import { forTerminal } from '../lib/terminal'
import { type DocumentedField, type DocumentedType, documentedKind, documentedSchema } from '../schema/documented'
import type { ResourceInfo } from '../schema/resources'

interface Crd {
  spec: { versions: { name: string; schema?: { openAPIV3Schema?: unknown } }[] }
}

function explain(context: CommandContext): void {
  const { flags, args } = context
  if (args.length === 0) {
    throw new CommandError(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.\n',
    )
  }
  if (args.length > 1) throw new CommandError('We accept only this format: explain RESOURCE\n')
  const depth = flags.number('max-depth')
  if (depth > 0 && !flags.bool('recursive')) throw new CommandError('--max-depth requires --recursive')
  if (depth < 0) throw new CommandError('--max-depth must be non-negative')
  const output = flags.string('output')
  if (output !== 'plaintext' && output !== 'plaintext-openapiv2') throw new CommandError(`unrecognized format: ${output}`)
  context.cluster.read((cluster) => {
    const { info, path } = target(cluster, args[0], flags.string('api-version'))
    context.observeSchema?.(groupVersion(info), cluster.server)
    const document = documentOf(cluster, info)
    if (output === 'plaintext-openapiv2') {
      context.out(forTerminal(oldText({ info, document, path, recursive: flags.bool('recursive'), depth })))
      return
    }
    const header = `${info.group ? `GROUP:      ${info.group}\n` : ''}KIND:       ${info.kind}\nVERSION:    ${info.version}\n\n`
    const body = describe(document, path, { recursive: flags.bool('recursive'), depth })
    if (body === undefined) throw new CommandError(`field "${path[path.length - 1]}" does not exist`, 1, header)
    context.out(forTerminal(`${header}${body}\n`))
  })
}

/**
 * `pods.spec.containers`, `deployments.apps.spec`: the resource, and the fields that lead on. A group counts only behind the plural
 * as it stands, and where no --api-version tells it. Upstream: kubectl/pkg/explain/explain.go.
 */
function target(cluster: Cluster, text: string, apiVersion: string): { info: ResourceInfo; path: string[] } {
  const { discovery } = cluster.server
  const [first, ...rest] = stepsOf(text)
  if (first?.type !== 'field') throw new CommandError(FIRST_NODE)
  if (!first.name) throw new CommandError('a resource must be present, got: /, Resource=')
  const found = discovery.resolveAll(first.name)
  if (!found.length) throw new PlainFailure(`the server doesn't have a resource type ${JSON.stringify(first.name)}`)
  if (apiVersion)
    return {
      info: inVersion(cluster, found[0], apiVersion),
      path: fieldsOf(rest, 'invalid jsonpath syntax, all nodes must be field nodes'),
    }
  const info = found.find((each) => text.startsWith(groupResource(each)))
  if (!info) return { info: found[0], path: fieldsOf(rest, FIRST_NODE) }
  return { info, path: fieldsOf(stepsOf(text.slice(groupResource(info).length)).slice(1), FIRST_NODE) }
}

const FIRST_NODE = 'invalid jsonpath syntax, first node must be field node'

/** A path is read as JSONPath without its braces, less one dot at its end. */
function stepsOf(text: string): Step[] {
  let parsed: Step[]
  try {
    parsed = parseJsonPath(`{.${text.replace(/\.$/, '')}}`)
  } catch (error) {
    throw new CommandError((error as Error).message)
  }
  if (parsed.length !== 1) throw new CommandError('must pass in 1 jsonpath string')
  return parsed[0].type === 'list' ? parsed[0].steps : []
}

function fieldsOf(steps: Step[], refusal: string): string[] {
  return steps.map((step) => {
    if (step.type !== 'field') throw new CommandError(refusal)
    return step.name
  })
}

function inVersion(cluster: Cluster, info: ResourceInfo, apiVersion: string): ResourceInfo {
  if (!apiVersion) return info
  const other = cluster.server.discovery.all().find((each) => each.plural === info.plural && groupVersion(each) === apiVersion)
  if (other) return other
  if (apiVersion.split('/').length > 2) throw new CommandError(`unexpected GroupVersion string: ${apiVersion}`)
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  // A version the server has, though not of this kind.
  if (cluster.server.discovery.all().some((each) => groupVersion(each) === apiVersion)) {
    throw new CommandError(`GVR (${group}/${version}, Resource=${info.plural}) not found in OpenAPI schema`)
  }
  throw new CommandError(`couldn't find resource for "${group}/${version}, Resource=${info.plural}"`)
}

function documentOf(cluster: Cluster, info: ResourceInfo): DocumentedType {
  const builtin = documentedKind(groupVersion(info), info.kind)
  if (builtin) return builtin
  const crd = cluster.view.get('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource) as Crd | undefined
  const version = crd?.spec.versions.find((each) => each.name === info.version)
  if (version) return documentedSchema(version.schema?.openAPIV3Schema)
  throw new CommandError(`GVR (${info.group ? `${info.group}/` : '/'}${info.version}, Resource=${info.plural}) not found in OpenAPI schema`)
}

interface Detail {
  recursive: boolean
  /** How many levels of fields; 0 for all. */
  depth: number
}

/** The text below the header; undefined for a field that does not exist. */
function describe(root: DocumentedType, path: string[], detail: Detail): string | undefined {
  let type = root
  let field: DocumentedField | undefined
  for (const name of path) {
    while (type.element) type = type.element
    field = type.fields().find((each) => each.name === name)
    if (!field) return undefined
    type = field.type
  }
  const heading = field ? `FIELD: ${field.name} <${field.type.typeName}>\n${enumLines(field)}\n\n` : ''
  const about = field?.description ?? type.description
  const description = indented(about ? `${wrapped(about, 76)}\n` : '<empty>', 4)
  const fields = fieldList(type, 1, detail, [])
  return `${heading}DESCRIPTION:\n${description}\n${fields && `FIELDS:\n${fields}`}`
}

function enumLines({ enum: values }: DocumentedField): string {
  return values ? `ENUM:${values.map((value) => `\n    ${value === '' ? '""' : value}`).join('')}` : ''
}

function fieldList(type: DocumentedType, level: number, detail: Detail, history: string[]): string {
  if (type.element) return fieldList(type.element, level, detail, history)
  if (type.ref && history.includes(type.ref)) return ''
  const known = type.ref ? [...history, type.ref] : history
  const deeper = detail.recursive && (detail.depth === 0 || level < detail.depth)
  return type
    .fields()
    .map((field) => fieldText(field, level, detail.recursive) + (deeper ? fieldList(field.type, level + 1, detail, known) : ''))
    .join('')
}

function fieldText(field: DocumentedField, level: number, short: boolean): string {
  const indent = '  '.repeat(level)
  const shown = field.enum?.map((value) => (value === '' ? '""' : value))
  const values = shown ? `\n${indent}enum: ${shown.slice(0, 4).join(', ')}${shown.length > 4 ? ', ....' : ''}` : ''
  const line = `${indent}${field.name}\t<${field.type.typeName}>${field.required ? ' -required-' : ''}${values}\n`
  if (short) return line
  const text = wrapped(field.description ?? '', 78 - indent.length) || '<no description>'
  return `${line}${indented(text, indent.length + 2)}\n\n`
}

/** Words in lines of at most so many characters. */
function wrapped(text: string, width: number): string {
  return text
    .split('\n')
    .map((paragraph) => {
      const lines: string[] = []
      let line = ''
      for (const word of paragraph.split(' ')) {
        if (line && line.length + 1 + word.length > width) {
          lines.push(line)
          line = word
        } else line = line ? `${line} ${word}` : word
      }
      return [...lines, line].join('\n')
    })
    .join('\n')
}

function indented(text: string, spaces: number): string {
  return text.replace(/^/gm, ' '.repeat(spaces))
}

export const command: Command = { run: explain }
