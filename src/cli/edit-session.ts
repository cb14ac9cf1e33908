// Objects in the user's editor, again and again until they fit or the user gives up. Upstream: kubectl/pkg/cmd/util/editor/editoptions.go.
import fs from 'node:fs'
import type { KubeObject } from '../api/types'
import { ApiError, CommandError, SilentExit } from '../errors'
import { deepEqual } from '../lib/equal'
import { printerFor } from '../print'
import type { List } from '../print/printer'
import type { ResourceInfo } from '../schema/resources'
import type { CommandContext } from './context'
import { editText } from './editor'
import { parseDocuments } from './manifests'
import { validationOf } from './validation'

export interface EditedObject {
  info: ResourceInfo
  object: KubeObject
}

export interface EditSession {
  objects: EditedObject[]
  /** Stands above the objects as a comment, lines beginning with `#`. */
  preamble: string
  /** Acts on what was saved. Throws CommandError to stop; answers the refusals for which the file is opened once more. */
  save(edited: KubeObject[], refuse: (info: ResourceInfo, name: string, error: ApiError) => void): void
}

export const EDIT_PREAMBLE = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`

interface Reason {
  head: string
  others: string[]
}

function hashed(text: string): string {
  return text.replace(/\n(?=[^#])/g, '\n# ').replace(/\n$/, '')
}

function header(preamble: string, reasons: Reason[]): string {
  return (
    preamble +
    reasons
      .map(({ head, others }) => {
        const lines = [others.length ? `# ${hashed(head)}:` : `# ${hashed(head)}`, ...others.map((o) => `# * ${hashed(o)}`), '#']
        return `${lines.join('\n')}\n`
      })
      .join('')
  )
}

function withoutComments(text: string): string {
  const lines = text.split('\n')
  return lines.filter((line) => !/^\s*#(?!!)/.test(line)).join('\n')
}

/** What a text says, so that comments and layout make no difference; the text without comments when it cannot be read. */
async function meaning(text: string): Promise<unknown> {
  try {
    return await parseDocuments(text, 'edited-file')
  } catch {
    return withoutComments(text)
  }
}

function bare(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Collects what the server made of the edits. */
class Results {
  reasons: Reason[] = []
  retryable = 0
  missing = 0

  constructor(private readonly context: CommandContext) {}

  add(info: ResourceInfo, name: string, error: ApiError): void {
    const what = `${info.resource} ${JSON.stringify(name)}`
    if (error.reason === 'Invalid') {
      const others = (error.details.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`)
      this.reasons.push({ head: `${what} was not valid`, others })
      this.context.err(`error: ${what} is invalid\n`)
    } else if (error.reason === 'NotFound') {
      this.missing++
      this.context.err(`error: ${what} could not be found on the server\n`)
    } else {
      this.retryable++
      this.context.err(`error: ${what} could not be patched: ${error.message}\n`)
    }
  }
}

/** Runs the session. Throws CommandError, or SilentExit after having said where the edits are kept. */
export async function edit(context: CommandContext, session: EditSession): Promise<void> {
  const { flags, host } = context
  const json = flags.string('output') === 'json'
  const shown = session.objects.map(({ object }) => bare(object))
  const list = { apiVersion: 'v1', items: shown, kind: 'List', metadata: {} } as unknown as List
  const body = printerFor(json ? 'json' : 'yaml').print(shown.length === 1 ? shown[0] : list)
  const lineEnd = flags.bool('windows-line-endings') ? '\r\n' : '\n'
  let results = new Results(context)
  let edited: string | undefined
  let file = ''
  for (;;) {
    const content = edited === undefined ? body : withoutComments(edited)
    const top = json ? '' : header(session.preamble, results.reasons)
    const text = (top + content).replace(/\r?\n/g, lineEnd)
    const previous = edited
    const kept = (error: Error): Error => keep(context, file, error)
    let opened: ReturnType<typeof editText>
    try {
      opened = editText(host, `${host.programName}-edit-`, json ? '.json' : '.yaml', text)
    } catch (error) {
      throw kept(error as Error)
    }
    if (previous !== undefined && deepEqual(await meaning(previous), await meaning(opened.text))) {
      throw keep(context, opened.file, new CommandError('Edit cancelled, no valid changes were saved.'))
    }
    if (file) fs.rmSync(file, { force: true })
    file = opened.file
    edited = opened.text
    const problem = flags.has('validate') && validationOf(context) === 'Ignore' ? undefined : await formProblem(edited)
    if (problem !== undefined) {
      results = new Results(context)
      const { info, object } = session.objects[0]
      const causes = [{ field: '<nil>', message: `Invalid value: "The edited file failed validation": ${problem}` }]
      results.add(info, object.metadata.name, new ApiError('Invalid', problem, { causes }))
      continue
    }
    if (deepEqual(await meaning(body), await meaning(edited))) {
      fs.rmSync(file)
      context.err('Edit cancelled, no changes made.\n')
      return
    }
    if (!edited.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('#'))) {
      fs.rmSync(file)
      context.err('Edit cancelled, saved file was empty.\n')
      return
    }
    results = new Results(context)
    const read = await readEdited(context, edited, results)
    if (!read) continue
    try {
      session.save(read, (info, name, error) => results.add(info, name, error))
    } catch (error) {
      throw kept(error as Error)
    }
    if (results.retryable > 0) {
      context.err(`You can run \`${host.programName} replace -f ${file}\` to try this update again.\n`)
      throw new SilentExit(1)
    }
    if (results.missing > 0) {
      context.err(`The edits you made on deleted resources have been saved to ${JSON.stringify(file)}\n`)
      throw new SilentExit(1)
    }
    if (results.reasons.length === 0) {
      fs.rmSync(file)
      return
    }
  }
}

function keep(context: CommandContext, file: string, error: Error): Error {
  if (file && fs.existsSync(file)) context.err(`A copy of your changes has been stored to ${JSON.stringify(file)}\n`)
  return error
}

/** What is wrong with the edited text as such; undefined when each of its objects says what it is. */
async function formProblem(text: string): Promise<string | undefined> {
  let values: unknown[]
  try {
    values = await parseDocuments(text, 'edited-file')
  } catch (error) {
    return (error as Error).message
  }
  if (values.length === 0) return '[apiVersion not set, kind not set]'
  for (const value of values.flatMap(itemsOf)) {
    const unset = ['apiVersion', 'kind'].filter((field) => !value?.[field as keyof KubeObject])
    if (unset.length) return unset.length > 1 ? `[${unset.map((f) => `${f} not set`).join(', ')}]` : `${unset[0]} not set`
  }
  return undefined
}

function itemsOf(value: unknown): KubeObject[] {
  const object = value as KubeObject & { items?: KubeObject[] }
  return object?.kind === 'List' && Array.isArray(object.items) ? object.items : [object]
}

/** The objects in the edited text; undefined, with a reason noted, when it cannot be read. */
async function readEdited(context: CommandContext, text: string, results: Results): Promise<KubeObject[] | undefined> {
  let values: unknown[]
  try {
    values = await parseDocuments(text, 'edited-file')
  } catch (error) {
    results.reasons.push({ head: `The edited file had a syntax error: ${(error as Error).message}`, others: [] })
    return undefined
  }
  const objects = values.flatMap(itemsOf)
  const strange = context.cluster.read(({ server }) =>
    objects.find((object) => !server.discovery.byKind(object?.apiVersion ?? '', object?.kind ?? '')),
  )
  if (strange) {
    const why = `no matches for kind ${JSON.stringify(strange.kind ?? '')} in version ${JSON.stringify(strange.apiVersion ?? '')}`
    results.reasons.push({ head: `The edited file had a syntax error: ${why}`, others: [] })
    return undefined
  }
  return objects
}
