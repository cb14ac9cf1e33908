// A manifest at a URL: asked for up to three times, led on up to ten times, read up to a bound.
// Upstream: cli-runtime/pkg/resource/visitor.go readHttpWithRetries; Go's net/http client for redirects and words.
import type { ClientRequest, IncomingMessage } from 'node:http'
import { CommandError, PlainFailure } from '../errors'
import { quote } from '../lib/names'

const ATTEMPTS = 3
/** Between attempts, ms. */
const PAUSE = 1000
const MOST_REDIRECTS = 10
const REDIRECTS = [301, 302, 303, 307, 308]
/** Bytes of an answer that are read at most, unpacked. */
const MOST_BYTES = 100 * 1024 * 1024

/** Throws CommandError or PlainFailure in kubectl's words. */
export async function readUrl(address: string): Promise<string> {
  let failure: Error | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE))
    let answer: IncomingMessage
    try {
      answer = await followed(new URL(address))
    } catch (error) {
      failure = error as Error
      continue
    }
    const status = answer.statusCode ?? 0
    if (status === 200) return bodyOf(answer, address)
    answer.destroy()
    const reported = `server reported ${status} ${answer.statusMessage}, status code=${status}`
    failure = new CommandError(`unable to read URL ${quote(address)}, ${reported}`)
    if (status < 500) break
  }
  throw failure
}

async function followed(first: URL): Promise<IncomingMessage> {
  let url = first
  for (let redirects = 0; ; redirects++) {
    const answer = await asked(url)
    const { location } = answer.headers
    if (!REDIRECTS.includes(answer.statusCode ?? 0) || location === undefined) return answer
    answer.destroy()
    if (redirects === MOST_REDIRECTS - 1) throw unreachable(`stopped after ${MOST_REDIRECTS} redirects`)
    if (!URL.canParse(location, url.href)) throw unreachable(`failed to parse Location header ${quote(location)}`)
    url = new URL(location, url)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw unreachable(`unsupported protocol scheme ${quote(url.protocol.slice(0, -1))}`)
  }
}

async function asked(url: URL): Promise<IncomingMessage> {
  const { get } = url.protocol === 'https:' ? await import('node:https') : await import('node:http')
  const headers = { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' }
  return new Promise((resolve, reject) => {
    const request: ClientRequest = get(url.href, { headers, agent: false }, resolve)
    request.on('error', (error) => reject(connectionProblem(url, error)))
  })
}

async function bodyOf(answer: IncomingMessage, address: string): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const part of await unpacked(answer)) {
      size += part.length
      if (size > MOST_BYTES) throw new CommandError(`unable to read URL ${quote(address)}: more than ${MOST_BYTES} bytes`)
      parts.push(part)
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`error parsing ${address}: ${bodyProblem(error as NodeJS.ErrnoException)}`)
  } finally {
    answer.destroy()
  }
  return Buffer.concat(parts).toString('utf8')
}

async function unpacked(answer: IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  if (answer.headers['content-encoding'] !== 'gzip') return answer
  const gunzip = (await import('node:zlib')).createGunzip()
  answer.on('error', (error) => gunzip.destroy(error))
  return answer.pipe(gunzip)
}

function bodyProblem({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'Z_BUF_ERROR') return 'unexpected EOF'
  if (code === 'Z_DATA_ERROR') return message === 'incorrect header check' ? 'gzip: invalid header' : 'gzip: invalid checksum'
  return message
}

function unreachable(problem: string): PlainFailure {
  return new PlainFailure(`Unable to connect to the server: ${problem}`)
}

/** Follows kubectl/pkg/cmd/util/helpers.go StandardErrorMessage. */
function connectionProblem({ host, hostname }: URL, { code, message }: NodeJS.ErrnoException): PlainFailure {
  if (code === 'ECONNREFUSED')
    return new PlainFailure(`The connection to the server ${host} was refused - did you specify the right host or port?`)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return unreachable(`dial tcp: lookup ${hostname}: no such host`)
  if (code === 'ECONNRESET') return unreachable('EOF')
  if (code?.startsWith('HPE_'))
    return unreachable(`net/http: HTTP/1.x transport connection broken: ${message.replace(/^Parse Error: /, '')}`)
  return unreachable(message)
}
