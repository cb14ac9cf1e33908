// tar: BusyBox's and GNU's, which word it differently.
import { gunzipSync, gzipSync } from 'node:zlib'
import { bytesOfText, textOfBytes } from '../../../lib/byte-text'
import type { Command, CommandIo } from '../../process'
import { FileError, joinPath } from '../../tree'
import { matches } from '../pattern'
import { type ArchiveEntry, leadingPart, packed, removingLeading, unpacked } from './archive-format'
import { isGnu } from './errors'
import { modeText } from './looks'

interface Wanted {
  mode?: 'c' | 'x' | 't'
  flags: Set<string>
  file?: string
  directory?: string
  excluded: string[]
  strip: number
  names: string[]
  bad?: string
}

const VALUED = new Set(['f', 'C', 'X', 'T', 'b'])
const LONG: Record<string, string> = {
  create: 'c',
  extract: 'x',
  get: 'x',
  list: 't',
  verbose: 'v',
  gzip: 'z',
  file: 'f',
  directory: 'C',
  'to-stdout': 'O',
  'preserve-permissions': 'p',
  dereference: 'h',
}

/** Nobody here is anyone but root. */
const IGNORED = new Set(
  'no-same-owner same-owner no-same-permissions same-permissions numeric-owner overwrite no-recursion warning owner group touch'.split(' '),
)

function wantedOf(args: string[]): Wanted {
  const wanted: Wanted = { flags: new Set(), excluded: [], strip: 0, names: [] }
  function letter(name: string, next: () => string): void {
    if (name === 'c' || name === 'x' || name === 't') wanted.mode = name
    else if (name === 'f') wanted.file = next()
    else if (name === 'C') wanted.directory = next()
    else if (VALUED.has(name)) next()
    else if ('vzOpohkjJmaZPSWn'.includes(name)) wanted.flags.add(name)
    else wanted.bad = name
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    const next = () => args[++i] ?? ''
    if (arg.startsWith('--') && arg.length > 2) {
      const [name, value] = arg.slice(2).split(/=(.*)/s)
      if (name === 'exclude') wanted.excluded.push(value ?? next())
      else if (name === 'strip-components') wanted.strip = Number(value ?? next())
      else if (LONG[name]) letter(LONG[name], () => value ?? next())
      else if (!IGNORED.has(name)) wanted.bad = name
    } else if ((arg.startsWith('-') && arg.length > 1) || i === 0) {
      // Without a dash the values stand behind all letters; with one, right behind theirs.
      const letters = arg.replace(/^-/, '')
      for (let at = 0; at < letters.length; at++) {
        const rest = letters.slice(at + 1)
        const own = arg.startsWith('-') && VALUED.has(letters[at]) && rest !== ''
        letter(letters[at], () => (own ? rest : next()))
        if (own) break
      }
    } else wanted.names.push(arg)
  }
  return wanted
}

export const tar: Command = (io) => {
  const gnu = isGnu(io)
  const wanted = wantedOf(io.args)
  if (wanted.bad !== undefined) {
    const option = wanted.bad.length === 1 ? `invalid option -- '${wanted.bad}'` : `unrecognized option '--${wanted.bad}'`
    io.err(gnu ? `tar: ${option}\nTry 'tar --help' or 'tar --usage' for more information.\n` : `tar: ${option}\n`)
    return gnu ? 64 : 1
  }
  if (!wanted.mode) {
    io.err(
      gnu
        ? "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n"
        : 'tar: need at least one option of c, t or x\n',
    )
    return gnu ? 2 : 1
  }
  const base = wanted.directory === undefined ? io.cwd : io.path(wanted.directory)
  if (!io.files.isDirectory(base)) {
    io.err(
      gnu
        ? `tar: ${wanted.directory}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`
        : `tar: can't change directory to '${wanted.directory}': No such file or directory\n`,
    )
    return gnu ? 2 : 1
  }
  return wanted.mode === 'c' ? create(io, wanted, base) : read(io, wanted, base)
}

// ---------------------------------------------------------------- creating

function create(io: CommandIo, wanted: Wanted, base: string): number {
  const gnu = isGnu(io)
  if (wanted.names.length === 0) {
    io.err(
      gnu
        ? "tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n"
        : 'tar: empty archive\n',
    )
    return gnu ? 2 : 1
  }
  const toOutput = wanted.file === undefined || wanted.file === '-'
  const say = toOutput ? io.err : io.out
  const entries: ArchiveEntry[] = []
  let failed = false
  let stripped = false
  function add(name: string, path: string): void {
    if (wanted.excluded.some((pattern) => matches(pattern, name) || matches(pattern, name.replace(/^.*\//, '')))) return
    const stat = io.files.stat(path)
    if (!stat) {
      io.err(`tar: ${name}: ${gnu ? 'Cannot stat: ' : ''}No such file or directory\n`)
      failed = true
      return
    }
    const leading = wanted.flags.has('P') ? '' : leadingPart(name)
    const kept = name.slice(leading.length)
    if (leading && !stripped) {
      io.err(removingLeading(leading, gnu))
      stripped = true
    }
    const bytes = stat.type === 'file' ? bytesOfText(io.files.read(path) ?? '') : Buffer.alloc(0)
    entries.push({
      name: kept || './',
      type: stat.type,
      mode: stat.mode,
      changedAt: stat.changedAt / 1000,
      bytes,
      ...(stat.target === undefined ? {} : { target: stat.target }),
    })
    if (wanted.flags.has('v')) say(`${stat.type === 'directory' && !name.endsWith('/') ? `${name}/` : name}\n`)
    if (stat.type === 'directory')
      for (const child of io.files.list(path) ?? []) add(`${name.replace(/\/$/, '')}/${child}`, joinPath(path, child))
  }
  for (const name of wanted.names) add(name, joinPath(name.startsWith('/') ? '/' : base, name))
  const archive = packed(entries)
  const text = textOfBytes(wanted.flags.has('z') ? gzipSync(archive) : archive)
  if (toOutput) io.out(text)
  else if (!write(io, io.path(wanted.file!), wanted.file!, text)) return gnu ? 2 : 1
  if (failed) io.err(gnu ? 'tar: Exiting with failure status due to previous errors\n' : 'tar: error exit delayed from previous errors\n')
  return failed ? (gnu ? 2 : 1) : 0
}

function write(io: CommandIo, path: string, name: string, text: string, mode?: number): boolean {
  try {
    io.files.write(path, text, mode)
    return true
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    io.err(isGnu(io) ? `tar: ${name}: Cannot open: ${error.message}\n` : `tar: can't open '${name}': ${error.message}\n`)
    return false
  }
}

// ---------------------------------------------------------------- reading

function archiveOf(io: CommandIo, wanted: Wanted): Buffer | number {
  const gnu = isGnu(io)
  const fromInput = wanted.file === undefined || wanted.file === '-'
  const text = fromInput ? io.stdin : io.files.read(io.path(wanted.file!))
  if (text === undefined) {
    io.err(
      gnu
        ? `tar: ${wanted.file}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`
        : `tar: can't open '${wanted.file}': No such file or directory\n`,
    )
    return gnu ? 2 : 1
  }
  const bytes = bytesOfText(text)
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  // From a pipe GNU tar unpacks only what it was told to.
  if (!zipped) return bytes
  try {
    return gunzipSync(bytes)
  } catch {
    io.err(
      gnu
        ? '\ngzip: stdin: unexpected end of file\ntar: Child returned status 1\ntar: Error is not recoverable: exiting now\n'
        : 'tar: corrupted data\ntar: short read\n',
    )
    return gnu ? 2 : 1
  }
}

function read(io: CommandIo, wanted: Wanted, base: string): number {
  const gnu = isGnu(io)
  const bytes = archiveOf(io, wanted)
  if (typeof bytes === 'number') return bytes
  const { entries, problem } = unpacked(bytes)
  const found = new Set<string>()
  let failed = false
  let stripped = false
  for (const entry of entries) {
    const by = wanted.names.find((name) => isUnder(entry.name, name))
    if (wanted.names.length > 0 && by === undefined) continue
    if (by !== undefined) found.add(by)
    if (wanted.excluded.some((pattern) => matches(pattern, entry.name))) continue
    if (wanted.mode === 't') {
      io.out(wanted.flags.has('v') ? `${longLine(entry, gnu)}\n` : `${entry.name}\n`)
      continue
    }
    if (wanted.flags.has('v')) (wanted.flags.has('O') ? io.err : io.out)(`${entry.name}\n`)
    if (entry.name.startsWith('/') && !stripped) {
      io.err(removingLeading('/', gnu))
      stripped = true
    }
    if (!extract(io, entry, base, wanted)) failed = true
  }
  if (problem === 'magic' || (problem === 'short' && entries.length === 0)) {
    io.err(
      gnu
        ? `tar: This does not look like a tar archive\n${bytes.length < 512 ? '' : 'tar: Skipping to next header\n'}tar: Exiting with failure status due to previous errors\n`
        : bytes.length < 512
          ? 'tar: short read\n'
          : 'tar: invalid tar magic\n',
    )
    return gnu ? 2 : 1
  }
  if (problem === 'short') {
    io.err(gnu ? 'tar: Unexpected EOF in archive\ntar: Error is not recoverable: exiting now\n' : 'tar: short read\n')
    return gnu ? 2 : 1
  }
  for (const name of wanted.names.filter((n) => !found.has(n))) {
    io.err(`tar: ${name}: ${gnu ? 'Not found in archive' : 'not found in archive'}\n`)
    failed = true
  }
  if (failed && gnu) io.err('tar: Exiting with failure status due to previous errors\n')
  return failed ? (gnu ? 2 : 1) : 0
}

function isUnder(name: string, asked: string): boolean {
  const [a, b] = [name, asked].map((n) => n.replace(/^\.\//, '').replace(/\/$/, ''))
  return a === b || a.startsWith(`${b}/`) || matches(b, a)
}

function extract(io: CommandIo, entry: ArchiveEntry, base: string, wanted: Wanted): boolean {
  if (wanted.flags.has('O')) {
    if (entry.type === 'file') io.out(textOfBytes(entry.bytes))
    return true
  }
  const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.')
  // A name must not lead out of the directory.
  if (parts.includes('..')) {
    io.err(isGnu(io) ? `tar: ${entry.name}: Member name contains '..', skipping\n` : `tar: name with '..' encountered: '${entry.name}'\n`)
    return false
  }
  const path = joinPath(base, parts.slice(wanted.strip).join('/'))
  if (parts.length <= wanted.strip) return true
  try {
    if (entry.type === 'directory') {
      io.files.makeDirectory(path)
      io.files.setMode(path, entry.mode)
      return true
    }
    io.files.makeDirectory(path.slice(0, path.lastIndexOf('/')) || '/')
    if (entry.type === 'link') {
      if (io.files.stat(path)) io.files.remove(path)
      io.files.link(path, entry.target!)
    } else {
      const content = entry.type === 'hard' ? (io.files.read(joinPath(base, entry.target!)) ?? '') : textOfBytes(entry.bytes)
      io.files.write(path, content, entry.mode)
      io.files.setTime(path, entry.changedAt * 1000)
    }
    return true
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    io.err(isGnu(io) ? `tar: ${entry.name}: Cannot open: ${error.message}\n` : `tar: can't open '${entry.name}': ${error.message}\n`)
    return false
  }
}

function longLine(entry: ArchiveEntry, gnu: boolean): string {
  const type = entry.type === 'hard' ? 'file' : entry.type
  const mode = modeText({ type, mode: entry.mode, size: entry.bytes.length, changedAt: 0, uid: 0, gid: 0 })
  const time = new Date(entry.changedAt * 1000).toISOString()
  const date = `${time.slice(0, 10)} ${time.slice(11, gnu ? 16 : 19)}`
  const size = String(entry.bytes.length).padStart(9)
  const target = entry.type === 'link' ? ` -> ${entry.target}` : ''
  return `${mode} root/root ${size} ${date} ${entry.name}${target}`
}
