// gzip, gunzip and zcat: BusyBox's and GNU's.
import { gunzipSync, gzipSync } from 'node:zlib'
import { bytesOfText, textOfBytes } from '../../../lib/byte-text'
import type { Command, CommandIo } from '../../process'
import { base, isGnu, parseFlags } from './errors'

/** The unpacked text; undefined when it is no gzip data. */
function expanded(text: string): string | undefined {
  try {
    return textOfBytes(gunzipSync(bytesOfText(text)))
  } catch {
    return undefined
  }
}

const compress = (text: string) => textOfBytes(gzipSync(bytesOfText(text)))

export const gzip: Command = (io) => {
  const name = base(io)
  const { flags, rest } = parseFlags(io, 'S')
  const unpacks = name !== 'gzip' || flags.has('d') || flags.has('decompress') || flags.has('uncompress')
  const keeps = name === 'zcat' || flags.has('c') || flags.has('stdout')
  if (rest.length === 0 || rest[0] === '-') return stream(io, unpacks)
  let status = 0
  for (const file of rest) if (!one(io, file, { unpacks, keeps, stays: keeps || flags.has('k'), forced: flags.has('f') })) status = 1
  return status
}

function stream(io: CommandIo, unpacks: boolean): number {
  const text = unpacks ? expanded(io.stdin) : compress(io.stdin)
  if (text !== undefined) {
    io.out(text)
    return 0
  }
  io.err(isGnu(io) ? '\ngzip: stdin: not in gzip format\n' : `${base(io)}: invalid magic\n`)
  return 1
}

interface Way {
  unpacks: boolean
  keeps: boolean
  stays: boolean
  forced: boolean
}

function one(io: CommandIo, file: string, { unpacks, keeps, stays, forced }: Way): boolean {
  const gnu = isGnu(io)
  const say = (message: string) => {
    io.err(`${gnu ? 'gzip' : base(io)}: ${message}\n`)
    return false
  }
  const path = io.path(file)
  const packed = gnu && unpacks && !io.files.exists(path) && !file.endsWith('.gz') ? `${file}.gz` : file
  const text = io.files.read(io.path(packed))
  if (text === undefined) {
    if (io.files.isDirectory(path)) return say(`${file}${gnu ? ' is a directory -- ignored' : ': Is a directory'}`)
    return say(gnu ? `${packed}: No such file or directory` : `${file}: No such file or directory`)
  }
  if (unpacks && !keeps && !/\.(?:gz|tgz)$/.test(packed)) return say(`${packed}: unknown suffix${gnu ? ' -- ignored' : ''}`)
  const made = unpacks ? expanded(text) : compress(text)
  if (made === undefined) {
    if (!gnu) return say('invalid magic')
    io.err(`\ngzip: ${packed}: not in gzip format\n`)
    return false
  }
  if (keeps) {
    io.out(made)
    return true
  }
  const target = unpacks ? packed.replace(/\.gz$/, '').replace(/\.tgz$/, '.tar') : `${file}.gz`
  if (io.files.exists(io.path(target)) && !forced) {
    return say(gnu ? `${target} already exists;	not overwritten` : `can't open '${target}': File exists`)
  }
  io.files.write(io.path(target), made, io.files.stat(io.path(packed))?.mode)
  if (!stays) io.files.remove(io.path(packed))
  return true
}

export const GZIP: Record<string, Command> = { gzip, gunzip: gzip, zcat: gzip }
