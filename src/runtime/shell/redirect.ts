// Redirections: opening files and here-documents on descriptors, and putting the old ones back.

import { FileError } from '../tree'
import type { Redirection } from './ast'
import { deviceText } from './devices'
import type { Machine } from './machine'
import type { Frame, ShellProcess } from './state'
import { allowed, filesOfUser, READ, WRITE } from './user-files'

/** Opens one redirection; false, with a message, when that fails. What was on the descriptor goes to `frame.saved`. */
export function redirect(machine: Machine, process: ShellProcess, frame: Frame, redirection: Redirection, target: string): boolean {
  const { fd, operator } = redirection
  const files = filesOfUser(machine)
  frame.saved ??= {}
  const { saved } = frame
  function put(number: number, open: number | undefined): void {
    if (!(number in saved)) saved[number] = process.fds[number] ?? null
    if (open === undefined) delete process.fds[number]
    else process.fds[number] = open
  }
  if (operator === '<<' || operator === '<<<') {
    put(fd, machine.open({ kind: 'text', text: operator === '<<<' ? `${target}\n` : target, at: 0 }))
    return true
  }
  if (operator === '<&' || operator === '>&') {
    if (target === '-') put(fd, undefined)
    else if (/^\d+$/.test(target)) {
      const other = process.fds[Number(target)]
      if (other === undefined) {
        machine.complain(process, `${target}: Bad file descriptor`)
        return false
      }
      put(fd, other)
    } else {
      if (!redirect(machine, process, frame, { ...redirection, operator: '>', fd: 1 }, target)) return false
      put(2, process.fds[1])
    }
    return true
  }
  const both = operator === '&>' || operator === '&>>'
  const path = machine.path(process, target)
  const device = operator === '<' ? deviceText(path, machine.host.context.env) : undefined
  if (device !== undefined) {
    put(fd, machine.open({ kind: 'text', text: device, at: 0 }))
    return true
  }
  const known = specialFile(process, path)
  if (known !== undefined) {
    put(fd, known === -1 ? machine.open({ kind: 'null' }) : known)
    if (both) put(2, process.fds[fd])
    return true
  }
  if (operator === '<') {
    if (files.read(path) === undefined) {
      machine.complain(
        process,
        openMessage(process, target, files.isDirectory(path) ? 'Is a directory' : 'No such file or directory', false),
      )
      return false
    }
    if (!allowed(machine, path, READ)) {
      machine.complain(process, openMessage(process, target, 'Permission denied', false))
      return false
    }
    put(fd, machine.open({ kind: 'file', path, at: 0 }))
    return true
  }
  if (operator === '>' && process.options.includes('C') && files.exists(path) && !files.isDirectory(path)) {
    machine.complain(
      process,
      process.dialect === 'bash' ? `${target}: cannot overwrite existing file` : openMessage(process, target, 'File exists', true),
    )
    return false
  }
  try {
    if (operator === '>' || operator === '>|' || operator === '&>') files.write(path, '')
    else if (!files.exists(path)) files.write(path, '')
    else if (files.stat(path)?.readOnly) throw new FileError('EROFS', path)
    else if (!allowed(machine, path, WRITE)) throw new FileError('EACCES', path)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    machine.complain(process, openMessage(process, target, error.message, true))
    return false
  }
  put(fd, machine.open({ kind: 'file', path, at: 0 }))
  if (both) put(2, process.fds[fd])
  return true
}

/** The status of a command whose redirection failed. */
export function redirectionStatus(process: ShellProcess): number {
  return process.dialect === 'dash' ? 2 : 1
}

function openMessage(process: ShellProcess, target: string, why: string, creating: boolean): string {
  if (process.dialect === 'bash') return `${target}: ${why}`
  const missing = why === 'No such file or directory'
  if (process.dialect === 'dash') {
    const words = !missing ? why : creating ? 'Directory nonexistent' : 'No such file'
    return `cannot ${creating ? 'create' : 'open'} ${target}: ${words}`
  }
  return `can't ${creating ? 'create' : 'open'} ${target}: ${!missing ? why : creating ? 'nonexistent directory' : 'no such file'}`
}

/** An open file for the names of descriptors, -1 for those that swallow everything. */
function specialFile(process: ShellProcess, path: string): number | undefined {
  const numbered = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)
  if (numbered) return process.fds[Number(numbered[1])]
  if (path === '/dev/null' || path === '/dev/tty' || path === '/dev/zero') return -1
  if (path === '/dev/stdout') return process.fds[1] ?? -1
  if (path === '/dev/stderr') return process.fds[2] ?? -1
  if (path === '/dev/stdin') return process.fds[0] ?? -1
  // What goes to process 1's streams goes to the container's log.
  if (path === '/proc/1/fd/1') return 1
  return path === '/proc/1/fd/2' ? 2 : undefined
}

export function restore(process: ShellProcess, frame: Frame): void {
  for (const [fd, open] of Object.entries(frame.saved ?? {})) {
    if (open === null) delete process.fds[Number(fd)]
    else process.fds[Number(fd)] = open
  }
  delete frame.saved
}
