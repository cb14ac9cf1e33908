// The user's editor on a temporary file. Upstream: kubectl/pkg/cmd/util/editor/editor.go.
import childProcess from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Host } from '../env'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'
import { readBounded } from './read-file'

interface Editor {
  words: string[]
  /** The last word is a line for the shell. */
  shell: boolean
}

function editorOf(host: Host): Editor {
  const { variables } = host
  const line = variables.KUBE_EDITOR || variables.EDITOR || 'vi'
  if (!line.includes(' ')) return { words: [line], shell: false }
  if (!/["'\\]/.test(line)) return { words: line.split(' '), shell: false }
  return { words: [variables.SHELL || '/bin/bash', '-c', line], shell: true }
}

/** Lets the user edit `text` in a new file `PREFIXnnn SUFFIX`; answers the file and what is in it then. Throws CommandError. */
export function editText(host: Host, prefix: string, suffix: string, text: string): { file: string; text: string } {
  const file = path.join(os.tmpdir(), `${prefix}${crypto.randomBytes(5).readUIntBE(0, 5)}${suffix}`)
  fs.writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
  launch(host, file)
  try {
    return { file, text: readBounded(file).toString('utf8') }
  } catch (error) {
    throw new CommandError(`open ${file}: ${goReason(error)}`)
  }
}

function launch(host: Host, file: string): void {
  const { words, shell } = editorOf(host)
  const line = shell ? [...words.slice(0, -1), `${words[words.length - 1]} ${JSON.stringify(file)}`] : [...words, file]
  const { error, status } = childProcess.spawnSync(line[0], line.slice(1), { stdio: 'inherit', cwd: host.cwd, env: host.variables })
  const named = JSON.stringify(words.join(' '))
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') throw new CommandError(`unable to launch the editor ${named}`)
  if (error || status !== 0) throw new CommandError(`there was a problem with the editor ${named}`)
}
