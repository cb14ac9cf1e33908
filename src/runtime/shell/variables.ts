// A shell's variables: texts, numbers, lists and tables; the names that the shell itself fills in.
import { evaluate, type Names } from './arithmetic'
import type { Machine } from './machine'
import type { ShellProcess, Variable } from './state'

/** The longest value of a variable, UTF-16 units. */
const MOST_VALUE = 1 << 22
/** Elements a list may hold. */
const MOST_ELEMENTS = 1 << 16

/** A variable by its name, through `declare -n`. */
export function resolved(process: ShellProcess, name: string): string {
  let at = name
  for (let i = 0; i < 10; i++) {
    const variable = process.variables[at]
    if (!variable?.reference || !/^[A-Za-z_]\w*$/.test(variable.value)) return at
    at = variable.value
  }
  return at
}

/** What `$name` gives; undefined when it is unset. */
export function parameter(machine: Machine, process: ShellProcess, name: string): string | undefined {
  if (/^\d+$/.test(name)) return process.parameters[Number(name)]
  switch (name) {
    case '?':
      return String(process.status)
    case '$':
      return String(shellOf(machine, process).pid)
    case '!':
      return process.background === undefined ? '' : String(process.background)
    case '#':
      return String(process.parameters.length - 1)
    case '-':
      return optionLetters(process)
    case 'PWD':
      return process.cwd
    case 'IFS':
      return process.variables[name]?.value ?? ' \t\n'
    case 'PPID':
      return String(process.parent)
    case 'LINENO':
      return process.variables[name]?.value ?? (process.dialect === 'dash' ? undefined : String(shownLine(process)))
    case 'RANDOM':
      return process.dialect === 'dash' ? process.variables[name]?.value : String(Math.floor(machine.host.context.env.random() * 32768))
  }
  if (process.dialect === 'bash') {
    const own = bashParameter(machine, process, name)
    if (own !== undefined) return own
  }
  const variable = process.variables[resolved(process, name)]
  return variable?.list ? variable.list['0'] : variable?.value
}

function bashParameter(machine: Machine, process: ShellProcess, name: string): string | undefined {
  switch (name) {
    case 'SECONDS':
      return String(Math.floor((machine.now - process.startedAt) / 1000))
    case 'EPOCHSECONDS':
      return String(Math.floor(machine.now / 1000))
    case 'UID':
    case 'EUID':
      return '0'
    case 'BASH_VERSION':
      return '5.2.15(1)-release'
    case 'BASHPID':
      return String(process.pid)
    case 'BASH_SUBSHELL':
      return String(process.depth ?? 0)
    case 'HOSTNAME':
      return process.variables[name]?.value ?? machine.host.context.files.read('/etc/hostname')?.trim()
    case 'OSTYPE':
      return process.variables[name]?.value ?? 'linux-gnu'
  }
  return listOf(process, name)?.[0]?.[1]
}

/** The shell that a subshell belongs to: its number is `$$`. */
function shellOf(machine: Machine, process: ShellProcess): ShellProcess {
  let at = process
  for (let i = process.depth ?? 0; i > 0; i--) at = machine.find(at.parent) ?? at
  return at
}

/** busybox counts the lines of `-c` from 0 on. */
export function shownLine(process: ShellProcess): number {
  return process.dialect === 'ash' && process.from !== 'file' ? process.line - 1 : process.line
}

function optionLetters(process: ShellProcess): string {
  const letters = process.options.replace(/[po]/g, '')
  if (process.dialect !== 'bash') {
    const given = letters + (process.from === 'c' && process.dialect === 'ash' ? 'c' : '')
    return [...'ubaCEVvxcsnmiIfe'].filter((letter) => given.includes(letter)).join('')
  }
  const all = [...letters, 'h', 'B', ...(process.from === 'c' ? ['c'] : process.from === 'stdin' ? ['s'] : [])]
  const order = 'abefhkmnptuvxBCEHPTics'
  return all.sort((a, b) => order.indexOf(a) - order.indexOf(b)).join('')
}

/** Key and value of a list's elements, in its order; a text is a list of one. */
export function listOf(process: ShellProcess, name: string): [key: string, value: string][] | undefined {
  const own = process.dialect === 'bash' ? shellList(process, name) : undefined
  if (own) return own.map((value, i) => [String(i), value])
  const variable = process.variables[resolved(process, name)]
  if (!variable) return undefined
  if (!variable.list) return [['0', variable.value]]
  const entries = Object.entries(variable.list)
  return variable.table ? entries.sort(([a], [b]) => bucket(a) - bucket(b)) : entries
}

function shellList(process: ShellProcess, name: string): string[] | undefined {
  switch (name) {
    case 'PIPESTATUS':
      return (process.statuses ?? [process.status]).map(String)
    case 'BASH_VERSINFO':
      return ['5', '2', '15', '1', 'release', 'x86_64-pc-linux-gnu']
    case 'FUNCNAME': {
      const names = process.frames.filter((f) => f.kind === 'call').map((f) => f.name ?? '')
      return names.length > 0 ? [...names.reverse(), ...(process.from === 'file' ? ['main'] : [])] : undefined
    }
    case 'BASH_SOURCE':
      return process.from === 'file' ? [process.name] : undefined
    case 'DIRSTACK':
      return [process.cwd, ...(process.directories ?? [])]
  }
  return undefined
}

/** Where bash's table keeps a key (FNV-1 over its bytes, 1024 places): its order of iteration. */
function bucket(key: string): number {
  let hash = 2166136261
  for (const byte of Buffer.from(key)) hash = Math.imul(hash, 16777619) ^ byte
  return (hash >>> 0) & 1023
}

/** A subscript as the key of an element: reckoned for lists, as it stands for tables. */
export function keyOf(machine: Machine, process: ShellProcess, name: string, subscript: string): string {
  const variable = process.variables[resolved(process, name)]
  if (variable?.table) return subscript
  const index = Number(evaluate(subscript, namesOf(machine, process), process.dialect))
  if (index >= 0) return String(index)
  const last = Math.max(-1, ...(listOf(process, name) ?? []).map(([key]) => Number(key)))
  return String(last + 1 + index)
}

export function elementOf(process: ShellProcess, name: string, key: string): string | undefined {
  return listOf(process, name)?.find(([k]) => k === key)?.[1]
}

/** Variables as arithmetic sees them. */
export function namesOf(machine: Machine, process: ShellProcess): Names {
  return {
    get(name, subscript) {
      if (subscript === undefined) return parameter(machine, process, name) ?? ''
      return elementOf(process, name, keyOf(machine, process, name, subscript)) ?? ''
    },
    set(name, value, subscript) {
      if (subscript === undefined) return assign(machine, process, name, value)
      return assignElement(machine, process, name, keyOf(machine, process, name, subscript), value)
    },
  }
}

/** The words for a variable that cannot be changed. */
export function readOnlyText(process: ShellProcess, name: string): string {
  return `${name}: ${process.dialect === 'bash' ? 'readonly variable' : 'is read only'}`
}

/** False, with a message, when the variable is read-only. */
export function assign(machine: Machine, process: ShellProcess, given: string, value: string, append = false): boolean {
  const name = resolved(process, given)
  const before = process.variables[name]
  if (before?.list) return assignElement(machine, process, name, '0', value, append)
  if (!mayChange(machine, process, name)) return false
  const next = valueFor(machine, process, before, value, append ? (before?.value ?? '') : undefined)
  process.variables[name] = { ...before, value: next, ...(process.options.includes('a') ? { exported: 1 as const } : {}) }
  return true
}

export function assignElement(machine: Machine, process: ShellProcess, given: string, key: string, value: string, append = false): boolean {
  const name = resolved(process, given)
  const before = process.variables[name]
  if (!mayChange(machine, process, name)) return false
  if (Number(key) < 0 && !before?.table) {
    machine.complain(process, `${name}[${key}]: bad array subscript`)
    return false
  }
  const list = before?.list ?? (before ? { 0: before.value } : {})
  if (Object.keys(list).length >= MOST_ELEMENTS) throw new RangeError('out of memory')
  const next = valueFor(machine, process, before, value, append ? (list[key] ?? '') : undefined)
  process.variables[name] = { ...before, value: key === '0' ? next : (before?.value ?? ''), list: { ...list, [key]: next } }
  return true
}

/** One element of `x=(...)`, expanded. */
export interface Element {
  key?: string
  append?: boolean
  values: string[]
}

/** `x=(...)` and `x+=(...)`. */
export function assignList(machine: Machine, process: ShellProcess, given: string, elements: Element[], append: boolean): boolean {
  const name = resolved(process, given)
  const before = process.variables[name]
  if (!mayChange(machine, process, name)) return false
  const list: Record<string, string> = append ? { ...(before?.list ?? (before ? { 0: before.value } : {})) } : {}
  process.variables[name] = { ...before, value: '', list }
  let next = append && !before?.table ? Math.max(-1, ...Object.keys(list).map(Number)) + 1 : 0
  let pending: string | undefined
  for (const { key, append: adds, values } of elements) {
    for (const value of values) {
      if (before?.table && key === undefined) {
        // declare -A m=(k1 v1 k2 v2)
        if (pending === undefined) pending = value
        else {
          list[pending] = value
          pending = undefined
        }
        continue
      }
      const at = key === undefined ? String(next) : keyOf(machine, process, name, key)
      list[at] = valueFor(machine, process, before, value, adds ? (list[at] ?? '') : undefined)
      if (!before?.table) next = Number(at) + 1
    }
    if (values.length === 0 && key !== undefined) list[keyOf(machine, process, name, key)] = ''
    if (Object.keys(list).length > MOST_ELEMENTS) throw new RangeError('out of memory')
  }
  if (pending !== undefined) list[pending] = ''
  process.variables[name].value = list['0'] ?? ''
  return true
}

function mayChange(machine: Machine, process: ShellProcess, name: string): boolean {
  if (!process.variables[name]?.readonly) return true
  machine.complain(process, readOnlyText(process, name))
  return false
}

/** A value as the variable's attributes want it; `old` is what it is added to. */
function valueFor(machine: Machine, process: ShellProcess, variable: Variable | undefined, value: string, old: string | undefined): string {
  let next: string
  if (variable?.integer) {
    const names = namesOf(machine, process)
    const sum = evaluate(value, names, process.dialect) + (old === undefined ? 0n : evaluate(old, names, process.dialect))
    next = String(sum)
  } else next = (old ?? '') + value
  if (variable?.letters === 'upper') next = next.toUpperCase()
  if (variable?.letters === 'lower') next = next.toLowerCase()
  // The container's memory is not endless.
  if (next.length > MOST_VALUE) throw new RangeError('out of memory')
  return next
}
