// --raw of get, create, replace and delete: one request on the API, its answer as it is. Upstream: kubectl/pkg/rawhttp.
import type { Json } from '../api/types'
import { handle } from '../apiserver/rest/handler'
import type { CommandContext } from '../cli/context'
import { CommandError } from '../errors'

/** Throws CommandError for what is no path, ApiError for what the server refuses. */
export function getRaw(context: CommandContext, path: string): undefined {
  checkPath(path)
  context.out(context.cluster.read((cluster) => handle(cluster.server, { method: 'GET', path })).body)
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
    throw new CommandError('the body of a raw request has to be JSON')
  }
  context.out(context.cluster.write((cluster) => handle(cluster.server, { method, path, body, manager })).body)
}

function checkPath(path: string): void {
  if (path.startsWith('/') || /^https?:\/\//.test(path)) return
  throw new CommandError(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`)
}
