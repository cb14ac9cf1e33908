// A manifest at a URL: asked for up to three times, led on up to ten times, read up to a bound of size and time.
// Upstream: cli-runtime/pkg/resource/visitor.go readHttpWithRetries; Go's net/http client for redirects, times and words. Where Go waits
// for ever, this ends as a client of Go's ends that was given a timeout.
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { CommandError, PlainFailure } from '../errors'
import { quote } from '../lib/names'

const ATTEMPTS = 3
/** Between attempts, ms. */
const PAUSE = 1000
const MOST_REDIRECTS = 10
const REDIRECTS = [301, 302, 303, 307, 308]
/** Bytes of an answer that are read at most, unpacked. */
const MOST_BYTES = 100 * 1024 * 1024

/** Patience, ms: with dialling and with TLS, as Go's DefaultTransport; with a server that sends nothing; with all of it. */
export interface Patience {
  dial: number
  handshake: number
  silence: number
  whole: number
}
const PATIENCE: Patience = { dial: 30_000, handshake: 10_000, silence: 30_000, whole: 120_000 }

/** Throws CommandError or PlainFailure in kubectl's words. */
export async function readUrl(address: string, patience = PATIENCE): Promise<string> {
  const whole = new AbortController()
  const end = setTimeout(() => whole.abort(), patience.whole)
  try {
    return await read(address, patience, whole.signal)
  } finally {
    clearTimeout(end)
  }
}

async function read(address: string, patience: Patience, whole: AbortSignal): Promise<string> {
  let failure: Error | undefined
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE))
    if (failure && whole.aborted) break
    let answer: IncomingMessage
    try {
      answer = await followed(new URL(address), patience, whole)
    } catch (error) {
      failure = error as Error
      continue
    }
    const status = answer.statusCode ?? 0
    if (status === 200) return bodyOf(answer, address, patience, whole)
    answer.destroy()
    const reported = `server reported ${status} ${answer.statusMessage}, status code=${status}`
    failure = new CommandError(`unable to read URL ${quote(address)}, ${reported}`)
    if (status < 500) break
  }
  throw failure
}

async function followed(first: URL, patience: Patience, whole: AbortSignal): Promise<IncomingMessage> {
  let url = first
  for (let redirects = 0; ; redirects++) {
    const answer = await asked(url, patience, whole)
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

async function asked(url: URL, patience: Patience, signal: AbortSignal): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:'
  const { get } = isSecure ? await import('node:https') : await import('node:http')
  const headers = { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip' }
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    let tooLate = ''
    const wait = (ms: number, why: string) => {
      clearTimeout(timer)
      tooLate = why
      timer = setTimeout(() => request.destroy(new TooLate()), ms)
    }
    const awaitHeaders = () => wait(patience.silence, 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)')
    const request: ClientRequest = get(url.href, { headers, agent: false, signal }, (answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
    request.on('error', (error) => {
      clearTimeout(timer)
      reject(error instanceof TooLate || signal.aborted ? unreachable(tooLate) : connectionProblem(url, error))
    })
    wait(patience.dial, `dial tcp: lookup ${url.hostname}: i/o timeout`)
    request.once('socket', (socket: Socket | TLSSocket) => {
      socket.once('lookup', (_error, ip) => {
        tooLate = `dial tcp ${ip}:${url.port || (isSecure ? 443 : 80)}: i/o timeout`
      })
      socket.once('connect', () => (isSecure ? wait(patience.handshake, 'net/http: TLS handshake timeout') : awaitHeaders()))
      socket.once('secureConnect', awaitHeaders)
    })
  })
}

class TooLate extends Error {}

async function bodyOf(answer: IncomingMessage, address: string, { silence }: Patience, whole: AbortSignal): Promise<string> {
  let isLate = false
  const end = () => {
    isLate = true
    answer.destroy(new TooLate())
  }
  answer.setTimeout(silence, end)
  whole.addEventListener('abort', end)
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
    const late = 'context deadline exceeded (Client.Timeout or context cancellation while reading body)'
    throw new CommandError(`error parsing ${address}: ${isLate ? late : bodyProblem(error as NodeJS.ErrnoException)}`)
  } finally {
    whole.removeEventListener('abort', end)
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
