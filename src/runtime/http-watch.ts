// HTTP/1 that passes between two others: which requests there were, and with which status each was answered. RFC 9112, section 6.

/** A request that was answered, as a log tells of it. */
export interface Passed {
  method: string
  path: string
  status: number
}

/** A head that is longer than this is none, bytes; nor is what follows looked at. */
const MOST_HEAD = 64 * 1024

type Framing = number | 'chunked' | 'until the end'

/** The messages of one direction. Only heads are kept, and those only until they are whole. */
class Messages {
  /** Bytes of a head, or of a line between chunks. */
  private text = ''
  /** What is being read; `lost` for good, once it is no HTTP or somebody else's. */
  private at: 'head' | 'body' | 'chunk line' | 'trailer' | 'lost' = 'head'
  /** Bytes of the body, or of the chunk and its line end, that are still to come. */
  private left = 0
  private chunked = false

  /** `head` is told of each message's first line and headers (names in small letters), and says how its body ends; undefined: it is none. */
  constructor(private readonly head: (first: string, headers: Map<string, string>) => Framing | undefined) {}

  push(bytes: string): void {
    let from = 0
    while (from < bytes.length && this.at !== 'lost') {
      if (this.at === 'body') {
        const taken = Math.min(this.left, bytes.length - from)
        this.left -= taken
        from += taken
        if (this.left === 0) this.at = this.chunked ? 'chunk line' : 'head'
      } else from = this.line(bytes, from)
    }
  }

  stop(): void {
    this.at = 'lost'
    this.text = ''
  }

  /** Reads to the end of a line, or of what there is. */
  private line(bytes: string, from: number): number {
    const end = bytes.indexOf('\n', from)
    const next = end < 0 ? bytes.length : end + 1
    this.text += bytes.slice(from, next)
    if (this.text.length > MOST_HEAD) this.stop()
    else if (end >= 0) this.lineEnded()
    return next
  }

  private lineEnded(): void {
    if (this.at === 'chunk line') {
      const size = /^[0-9a-f]+/i.exec(this.text)
      this.text = ''
      const length = size ? Number.parseInt(size[0], 16) : undefined
      if (length === undefined) this.stop()
      else if (length === 0) this.at = 'trailer'
      else this.expect(length + 2)
    } else if (/(^|\n)\r?\n$/.test(this.text)) {
      const whole = this.text
      this.text = ''
      if (this.at === 'trailer') this.at = 'head'
      else if (whole.trim() !== '') this.headEnded(whole)
    }
  }

  private headEnded(text: string): void {
    const [first, ...lines] = text.trimEnd().split(/\r?\n/)
    const headers = new Map(
      lines.map((line): [string, string] => {
        const colon = line.indexOf(':')
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
      }),
    )
    const framing = this.head(first, headers)
    this.chunked = framing === 'chunked'
    if (framing === undefined || framing === 'until the end') this.stop()
    else if (framing === 'chunked') this.at = 'chunk line'
    else if (framing > 0) this.expect(framing)
  }

  private expect(bytes: number): void {
    this.left = bytes
    this.at = 'body'
  }
}

/** How a body ends that headers tell of; `otherwise` where they say nothing. */
function framingOf(headers: Map<string, string>, otherwise: Framing): Framing | undefined {
  if (/chunked\s*$/i.test(headers.get('transfer-encoding') ?? '')) return 'chunked'
  const length = headers.get('content-length')
  if (length === undefined) return otherwise
  return /^\d{1,15}$/.test(length) ? Number(length) : undefined
}

/** Looks on at one connection. What is not HTTP/1 (TLS, HTTP/2, other protocols, what follows an upgrade) is not told of. */
export class HttpWatch {
  /** Requests without an answer so far; a client that does not wait for answers is followed this far. */
  private readonly open: { method: string; path: string }[] = []
  private readonly requests: Messages
  private readonly answers: Messages

  constructor(private readonly passed: (passed: Passed) => void) {
    this.requests = new Messages((first, headers) => {
      const parts = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first)
      if (!parts || this.open.length >= 1000) return undefined
      this.open.push({ method: parts[1], path: parts[2] })
      return framingOf(headers, 0)
    })
    this.answers = new Messages((first, headers) => this.answer(first, headers))
  }

  private answer(first: string, headers: Map<string, string>): Framing | undefined {
    const status = Number(/^HTTP\/1\.[01] (\d{3})( |$)/.exec(first)?.[1])
    if (!status || this.open.length === 0) return undefined
    if (status < 200 && status !== 101) return 0
    const request = this.open.shift()!
    this.passed({ ...request, status })
    if (status === 101 || (request.method === 'CONNECT' && status < 300)) {
      this.requests.stop()
      return undefined
    }
    return request.method === 'HEAD' || status === 204 || status === 304 ? 0 : framingOf(headers, 'until the end')
  }

  /** Bytes of the client, latin1. */
  asked(bytes: string): void {
    this.requests.push(bytes)
  }

  /** Bytes of the server, latin1. */
  answered(bytes: string): void {
    this.answers.push(bytes)
  }
}
