// Copies of a state file that carry a checksum of themselves, checked before they are restored.
import crypto from 'node:crypto'
import { CommandError } from '../errors'
import { Bytes } from './bytes'
import { damageNamed, readBytes, replaceFile, sweepDead, target } from './file'
import { DamagedState, type Header, headerLine, Layout } from './layout'

const PREFIX = 'sha256:'

/** Of the header without its checksum, and all that follows; in format 1 only of what follows. */
function checksum(header: Header, entries: Buffer): string {
  const hash = crypto.createHash('sha256')
  if (header.format > 1) hash.update(`${JSON.stringify(header)}\n`)
  return PREFIX + hash.update(entries).digest('hex')
}

/** Writes a copy of `state` to `file`. Throws CommandError when either cannot be used. */
export function writeSnapshot(state: string, file: string): void {
  const bytes = readBytes(state)
  if (!bytes) throw new CommandError(`there is no state file ${state}`)
  if (target(state) === target(file)) throw new CommandError(`${file} is the state file itself: name another file for the snapshot`)
  damageNamed(state, () => {
    const layout = new Layout(Bytes.of(bytes))
    layout.checkAll()
    const entries = bytes.subarray(layout.start)
    sweepDead(target(file))
    replaceFile(file, [headerLine({ ...layout.header, checksum: checksum(layout.header, entries) }), entries], { what: 'snapshot' })
  })
}

/** Makes a snapshot the state; call it under the state's lock. Throws CommandError when it is not whole. */
export function restoreSnapshot(file: string, state: string): void {
  const bytes = readBytes(file)
  if (!bytes) throw new CommandError(`cannot read the snapshot ${file}: there is no such file`)
  let layout: Layout
  try {
    layout = new Layout(Bytes.of(bytes))
  } catch (error) {
    if (!(error instanceof DamagedState)) throw error
    throw new CommandError(`${file} is not a snapshot: ${error.message} (line ${error.line}); nothing was restored`)
  }
  const { checksum: sum, ...header } = layout.header
  if (typeof sum !== 'string' || !sum.startsWith(PREFIX))
    throw new CommandError(`${file} is not a snapshot: it carries no checksum (make one with \`kubesim cluster snapshot\`)`)
  const entries = bytes.subarray(layout.start)
  if (sum !== checksum(header as Header, entries))
    throw new CommandError(`the snapshot ${file} is damaged: its checksum does not match; nothing was restored`)
  replaceFile(state, [headerLine(header as Header), entries], { ours: true })
}
