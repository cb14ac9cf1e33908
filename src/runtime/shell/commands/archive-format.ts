// The tar format: headers of 512 bytes, contents, two empty blocks. POSIX.1-1988 ustar with GNU's long names; pax paths are read.

export interface ArchiveEntry {
  name: string
  type: 'file' | 'directory' | 'link' | 'hard'
  mode: number
  /** Seconds. */
  changedAt: number
  bytes: Buffer
  target?: string
}

const BLOCK = 512
/** Archives end with zeros up to a multiple of this. */
const RECORD = 10_240
const FLAGS = { file: '0', hard: '1', link: '2', directory: '5' }

export function packed(entries: ArchiveEntry[]): Buffer {
  const blocks: Buffer[] = []
  for (const entry of entries) {
    const name = entry.type === 'directory' && !entry.name.endsWith('/') ? `${entry.name}/` : entry.name
    const target = entry.target ?? ''
    if (Buffer.byteLength(target) > 100) blocks.push(...longName('K', target))
    if (Buffer.byteLength(name) > 100) blocks.push(...longName('L', name))
    blocks.push(header({ ...entry, name, target }, FLAGS[entry.type], entry.type === 'file' ? entry.bytes.length : 0))
    if (entry.type === 'file') blocks.push(...content(entry.bytes))
  }
  const size = blocks.reduce((n, block) => n + block.length, 0) + 2 * BLOCK
  blocks.push(Buffer.alloc(2 * BLOCK + ((RECORD - (size % RECORD)) % RECORD)))
  return Buffer.concat(blocks)
}

function longName(flag: string, text: string): Buffer[] {
  const bytes = Buffer.from(`${text}\0`)
  const entry = { name: '././@LongLink', mode: 0o644, changedAt: 0, target: '' }
  return [header(entry, flag, bytes.length), ...content(bytes)]
}

function content(bytes: Buffer): Buffer[] {
  return [bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)]
}

function header(entry: { name: string; mode: number; changedAt: number; target: string }, flag: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    block.write(
      Math.floor(value)
        .toString(8)
        .padStart(length - 1, '0'),
      at,
      length - 1,
      'latin1',
    )
  block.write(entry.name, 0, 100, 'utf8')
  octal(entry.mode & 0o7777, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Math.max(0, entry.changedAt), 136, 12)
  block.write('        ', 148, 8, 'latin1')
  block.write(flag, 156, 1, 'latin1')
  block.write(entry.target, 157, 100, 'utf8')
  block.write('ustar  ', 257, 7, 'latin1')
  block.write('root', 265, 32, 'latin1')
  block.write('root', 297, 32, 'latin1')
  const sum = block.reduce((n, byte) => n + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 8, 'latin1')
  return block
}

/** The entries of an archive; `problem` when it is none, or when it ends too early. */
export function unpacked(bytes: Buffer): { entries: ArchiveEntry[]; problem?: 'magic' | 'short' } {
  const entries: ArchiveEntry[] = []
  let long: { name?: string; target?: string } = {}
  for (let at = 0; at < bytes.length; ) {
    const block = bytes.subarray(at, at + BLOCK)
    if (block.length < BLOCK) return { entries, problem: at === 0 ? 'magic' : 'short' }
    if (block.every((byte) => byte === 0)) break
    if (!isHeader(block)) return { entries, problem: 'magic' }
    const size = Number.parseInt(text(block, 124, 12), 8) || 0
    const flag = String.fromCharCode(block[156] || 48)
    const body = bytes.subarray(at + BLOCK, at + BLOCK + size)
    if (body.length < size) return { entries, problem: 'short' }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    if (flag === 'L' || flag === 'K') long[flag === 'L' ? 'name' : 'target'] = body.toString('utf8').replace(/\0.*$/s, '')
    else if (flag === 'x') long = { ...long, ...paxNames(body) }
    else if (flag !== 'g') {
      entries.push(entryOf(block, flag, body, long))
      long = {}
    }
  }
  return { entries }
}

function entryOf(block: Buffer, flag: string, body: Buffer, long: { name?: string; target?: string }): ArchiveEntry {
  const prefix = text(block, 257, 6) === 'ustar' ? text(block, 345, 155) : ''
  const name = long.name ?? (prefix ? `${prefix}/` : '') + text(block, 0, 100)
  const type = flag === '5' || name.endsWith('/') ? 'directory' : flag === '2' ? 'link' : flag === '1' ? 'hard' : 'file'
  return {
    name,
    type,
    mode: Number.parseInt(text(block, 100, 8), 8) || 0,
    changedAt: Number.parseInt(text(block, 136, 12), 8) || 0,
    bytes: Buffer.from(body),
    ...(type === 'link' || type === 'hard' ? { target: long.target ?? text(block, 157, 100) } : {}),
  }
}

function text(block: Buffer, at: number, length: number): string {
  return block
    .subarray(at, at + length)
    .toString('utf8')
    .replace(/\0.*$/s, '')
    .trim()
}

function isHeader(block: Buffer): boolean {
  if (block.toString('latin1', 257, 262) !== 'ustar' && block[257] !== 0) return false
  const given = Number.parseInt(text(block, 148, 8), 8)
  const sum = block.reduce((n, byte, i) => n + (i >= 148 && i < 156 ? 32 : byte), 0)
  return given === sum
}

/** `path` and `linkpath` of a pax header. */
function paxNames(body: Buffer): { name?: string; target?: string } {
  const out: { name?: string; target?: string } = {}
  for (const [, key, value] of body.toString('utf8').matchAll(/\d+ (path|linkpath)=([^\n]*)\n/g)) {
    if (key === 'path') out.name = value
    else out.target = value
  }
  return out
}

/** What tar takes off a name so that it cannot lead out of where it is unpacked: `/`, `../../`, `/tmp/../`. */
export function leadingPart(name: string): string {
  let at = 0
  for (;;) {
    if (name[at] === '/') at++
    else if (name.startsWith('../', at)) at += 3
    else {
      const up = name.indexOf('/../', at)
      if (up >= 0) at = up + 4
      else if (name.endsWith('/..') && name.length - 3 >= at) at = name.length
      else return name.slice(0, at)
    }
  }
}

/** tar's word of it, said once. */
export function removingLeading(part: string, gnu: boolean): string {
  return gnu ? `tar: Removing leading \`${part}' from member names\n` : `tar: removing leading '${part}' from member names\n`
}
