// Copies of a state file that carry a checksum of themselves, checked before they are restored.
import crypto from 'node:crypto'
import fs from 'node:fs'
import { CommandError } from '../errors'
import { readBytes, replaceFile, systemReason } from './file'

const MARK = '"checksum":"sha256:'

function checksum(bytes: Buffer): string {
  return crypto.createHash('sha256').update(bytes).digest('hex')
}

/** The bytes behind the header line: what the checksum covers. */
function entries(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf(10) + 1)
}

/** Writes a copy of `state` to `file`. Throws CommandError when either cannot be used. */
export function writeSnapshot(state: string, file: string): void {
  const bytes = readBytes(state)
  if (!bytes) throw new CommandError(`there is no state file ${state}`)
  const head = bytes.toString('utf8', 0, bytes.indexOf(10) + 1).replace(/"checksum":"sha256:[0-9a-f]{64}",/, '')
  const marked = head.replace('{"kubesim":{', `{"kubesim":{${MARK}${checksum(entries(bytes))}",`)
  replaceFile(file, [Buffer.from(marked), entries(bytes)])
}

/** Makes a snapshot the state. Throws CommandError when it is not whole. */
export function restoreSnapshot(file: string, state: string): void {
  let bytes: Buffer
  try {
    bytes = fs.readFileSync(file)
  } catch (error) {
    throw new CommandError(`cannot read the snapshot ${file}: ${systemReason(error)}`)
  }
  const head = bytes.toString('utf8', 0, bytes.indexOf(10) + 1)
  const sum = /"checksum":"sha256:([0-9a-f]{64})",/.exec(head)
  if (!sum) throw new CommandError(`${file} is not a snapshot: it carries no checksum (make one with \`kubesim cluster snapshot\`)`)
  if (sum[1] !== checksum(entries(bytes)))
    throw new CommandError(`the snapshot ${file} is damaged: its checksum does not match; nothing was restored`)
  replaceFile(state, [Buffer.from(head.replace(sum[0], '')), entries(bytes)])
}
