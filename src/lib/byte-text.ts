// Bytes as text and back without loss: what is UTF-8 is text, every other byte a lone surrogate U+DC80 to U+DCFF (as Python's
// surrogateescape does), which JSON keeps.

const RAW = /[\udc80-\udcff]/
/** A raw byte is one that does not end a pair. */
const LONE = /(?<![\ud800-\udbff])[\udc80-\udcff]/

/** Whether a text holds bytes that are not UTF-8. */
export function hasRawBytes(text: string): boolean {
  return RAW.test(text) && LONE.test(text)
}

export function textOfBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = buffer.toString('utf8')
  // A replacement character of the text's own stands for itself.
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(buffer)) return text
  let out = ''
  let from = 0
  for (let at = 0; at < buffer.length; ) {
    const length = sequenceAt(buffer, at)
    if (length > 0) at += length
    else {
      out += buffer.toString('utf8', from, at) + String.fromCharCode(0xdc00 + buffer[at])
      at++
      from = at
    }
  }
  return out + buffer.toString('utf8', from)
}

export function bytesOfText(text: string): Buffer {
  if (!hasRawBytes(text)) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  for (const piece of text.split(/((?<![\ud800-\udbff])[\udc80-\udcff]+)/)) {
    if (LONE.test(piece.slice(0, 1))) parts.push(Buffer.from([...piece].map((c) => c.charCodeAt(0) - 0xdc00)))
    else parts.push(Buffer.from(piece, 'utf8'))
  }
  return Buffer.concat(parts)
}

/** How many bytes a text stands for. */
export function byteCount(text: string): number {
  return hasRawBytes(text) ? bytesOfText(text).length : Buffer.byteLength(text)
}

/** The length of the well-formed UTF-8 sequence at a place, 0 when there is none. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  for (let i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0
  const second = bytes[at + 1]
  const overlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90)
  const beyond = (lead === 0xed && second >= 0xa0) || (lead === 0xf4 && second >= 0x90)
  return overlong || beyond ? 0 : length
}

/** Text of bytes that come in pieces: a character cut in two is put together. */
export class ByteTextDecoder {
  private left = Buffer.alloc(0)

  push(bytes: Uint8Array): string {
    const all = this.left.length > 0 ? Buffer.concat([this.left, bytes]) : Buffer.from(bytes)
    const keep = unfinished(all)
    this.left = Buffer.from(all.subarray(all.length - keep))
    return textOfBytes(all.subarray(0, all.length - keep))
  }

  end(): string {
    const text = textOfBytes(this.left)
    this.left = Buffer.alloc(0)
    return text
  }
}

/** Bytes at the end that may begin a character. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}
