// --raw of get, create, replace and delete: one request on the API, its answer as it is. Upstream: kubectl/pkg/rawhttp.
import type { Json } from '../api/types'
import { handle, objectTarget } from '../apiserver/rest/handler'
import { unreadBody } from '../apiserver/rest/objects'
import type { CommandContext } from '../cli/context'
import { readTextFile } from '../cli/result'
import { CommandError, PlainFailure } from '../errors'
import { jsonSyntaxError } from '../lib/go-json-error'

/** Throws CommandError for what is no path, ApiError for what the server refuses. */
export function getRaw(context: CommandContext, path: string): undefined {
  checkPath(path)
  const answer = context.cluster.read(({ server }) => {
    context.observePath?.({ path, place: 'raw.go:84', accept: 'application/json, */*', bare: true }, server)
    return handle(server, { method: 'GET', path })
  })
  context.out(answer.body)
}

/** POST, PUT or DELETE with a body that was read from a file. */
export function sendRaw(
  context: CommandContext,
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  text: string,
  manager: string,
): undefined {
  checkPath(path)
  let body: Json | undefined
  try {
    body = text.trim() ? (JSON.parse(text) as Json) : undefined
  } catch {
    const target = context.cluster.read(({ server }) => objectTarget(server, new URL(path, 'http://cluster').pathname))
    throw unreadBody(target, text, jsonSyntaxError(text)?.message ?? '')
  }
  context.out(context.cluster.write((cluster) => handle(cluster.server, { method, path, body, manager })).body)
}

/** What --raw of commands that send a body refuses of the other flags, and the body. Throws CommandError. */
export async function rawBody(context: CommandContext, path: string): Promise<string> {
  const { flags, host } = context
  const files = flags.list('filename')
  if (files.length > 1) throw new CommandError('--raw can only use a single local file or stdin')
  if (/^https?:\/\//.test(files[0] ?? '')) throw new CommandError('--raw cannot read from a url')
  if (flags.bool('recursive')) throw new CommandError('--raw and --recursive are mutually exclusive')
  if (flags.string('output')) throw new CommandError('--raw and --output are mutually exclusive')
  checkPath(path)
  if (files.length === 0) return ''
  if (files[0] === '-') return host.streams.readInput()
  try {
    return readTextFile(host.cwd, files[0])
  } catch (error) {
    const { message } = error as Error
    // A directory is opened, and fails as the request's body.
    throw message.startsWith('read ') ? new PlainFailure(`Unable to connect to the server: ${message}`) : new CommandError(message)
  }
}

function checkPath(path: string): void {
  if (path.startsWith('/') || /^https?:\/\//.test(path)) return
  throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`)
}
