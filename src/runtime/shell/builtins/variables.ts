// Builtins about variables and options: export, readonly, local, declare, unset, set, shift, shopt, let, umask.
import { evaluate } from '../arithmetic'
import { OPTIONS } from '../condition'
import type { Machine } from '../machine'
import type { Frame, ShellProcess, Variable } from '../state'
import { assign, assignElement, keyOf, listOf, namesOf, readOnlyText, resolved } from '../variables'
import { badOption, failSpecial } from './type'

const NAME = /^[A-Za-z_]\w*$/

/** `name=value` and `name+=value`. */
function splitAssignment(text: string): { name: string; value?: string; append: boolean } {
  const parts = /^([^=]*?)(\+?)=(.*)$/s.exec(text)
  return parts ? { name: parts[1], value: parts[3], append: parts[2] === '+' } : { name: text, append: false }
}

export function exportVariables(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  return mark(machine, process, words, 'exported')
}

export function readonlyVariables(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  return mark(machine, process, words, 'readonly')
}

const USAGES: Record<string, string> = {
  export: 'export [-fn] [name[=value] ...] or export -p',
  readonly: 'readonly [-aAf] [name[=value] ...] or readonly -p',
  unset: 'unset [-f] [-v] [-n] [name ...]',
  set: 'set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]',
}

function mark(machine: Machine, process: ShellProcess, words: string[], attribute: 'exported' | 'readonly'): number | undefined {
  const bash = process.dialect === 'bash'
  const given = words.slice(1).filter((w) => /^-./.test(w) && w !== '--')
  const letters = given.map((w) => w.slice(1)).join('')
  const bad = [...letters].find((letter) => !(bash ? 'pnfaA' : 'pn').includes(letter))
  if (bad) {
    const status = badOption(machine, process, words[0], `-${bad}`, USAGES[words[0]])
    return failSpecial(machine, process, status)
  }
  const args = words.slice(1).filter((w) => !/^-./.test(w))
  if (args.length === 0) {
    for (const [name, v] of Object.entries(process.variables).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!v[attribute] || name.startsWith('__')) continue
      const [flag, quoted] = [attribute === 'exported' ? 'x' : 'r', `"${v.value.replace(/["\\$`]/g, '\\$&')}"`]
      machine.write(
        process,
        1,
        bash ? `declare -${flag} ${name}=${quoted}\n` : `${words[0]} ${name}='${v.value.replaceAll("'", `'"'"'`)}'\n`,
      )
    }
    return 0
  }
  let status = 0
  for (const arg of args) {
    const { name, value, append } = splitAssignment(arg)
    if (letters.includes('f')) {
      if (Object.hasOwn(process.functions, name)) continue
      machine.complain(process, `${name}: not a function`, words[0])
      status = 1
      continue
    }
    if (!NAME.test(name)) {
      machine.complain(process, bash ? `\`${arg}': not a valid identifier` : `${name}: bad variable name`, words[0])
      if (!bash) return failSpecial(machine, process, 2)
      status = 1
      continue
    }
    if (value !== undefined && process.variables[name]?.readonly) {
      machine.complain(process, readOnlyText(process, name), bash ? undefined : words[0])
      if (!bash) return failSpecial(machine, process, 2)
      status = 1
      continue
    }
    if (value !== undefined) assign(machine, process, name, value, append)
    const before = process.variables[name]
    if (letters.includes('n')) {
      const { exported, ...rest } = before ?? { value: '' }
      void exported
      if (before) process.variables[name] = rest
    } else if (before) process.variables[name] = { ...before, [attribute]: 1 }
    else process.variables[name] = { value: '', [attribute]: 1 }
  }
  return status
}

// ---------------------------------------------------------------- declarations

export function local(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number | undefined {
  if (process.frames.some((f) => f.kind === 'call')) return declare(machine, process, frame, words)
  machine.complain(process, process.dialect === 'bash' ? 'can only be used in a function' : 'not in a function', 'local')
  return failSpecial(machine, process, 1)
}

export function declare(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const given = words.slice(1).filter((w) => /^[-+]./.test(w) && w !== '--')
  const on = given.filter((w) => w.startsWith('-')).join('')
  const off = given.filter((w) => w.startsWith('+')).join('')
  const args = words.slice(1).filter((w) => !/^[-+]./.test(w))
  if (on.includes('f') || on.includes('F')) return functionsNamed(machine, process, args, on)
  if (args.length === 0 || on.includes('p')) return printDeclared(machine, process, args, on, words[0])
  const call = on.includes('g') ? undefined : process.frames.findLast((f) => f.kind === 'call')
  let status = 0
  for (const arg of args) {
    const { name: written, value, append } = splitAssignment(arg)
    const name = written.replace(/\[.*$/s, '')
    if (!NAME.test(name)) {
      machine.complain(process, process.dialect === 'bash' ? `\`${arg}': not a valid identifier` : `${name}: bad variable name`, words[0])
      status = 1
      continue
    }
    if (value !== undefined && process.variables[name]?.readonly && !(call && !call.variables?.[name])) {
      machine.complain(process, readOnlyText(process, name), words[0])
      status = 1
      continue
    }
    const before = process.variables[name]
    if (call) {
      call.variables ??= {}
      if (!(name in call.variables)) {
        call.variables[name] = before ?? null
        // ash and dash let a new local variable begin with what was there.
        if (process.dialect === 'bash') delete process.variables[name]
      }
    }
    process.variables[name] = attributed(process.variables[name], on, off)
    if (value === undefined) {
      if (process.dialect === 'bash' && isBlank(process.variables[name]) && (call || !before)) delete process.variables[name]
      continue
    }
    const subscript = /\[(.*)\]$/s.exec(written)?.[1]
    if (on.includes('n')) process.variables[name] = { ...process.variables[name], value }
    else if (subscript !== undefined) assignElement(machine, process, name, keyOf(machine, process, name, subscript), value, append)
    else assign(machine, process, name, value, append)
    if (on.includes('r')) process.variables[name] = { ...process.variables[name], readonly: 1 }
  }
  return status
}

/** A name declared without a value and without attributes is still unset. */
function isBlank(variable: Variable): boolean {
  return variable.value === '' && Object.keys(variable).length === 1
}

function attributed(variable: Variable | undefined, on: string, off: string): Variable {
  const next: Variable = variable ? { ...variable } : { value: '' }
  if (on.includes('x')) next.exported = 1
  if (off.includes('x')) delete next.exported
  if (on.includes('i')) next.integer = 1
  if (off.includes('i')) delete next.integer
  if (on.includes('u')) next.letters = 'upper'
  if (on.includes('l')) next.letters = 'lower'
  if (on.includes('n')) next.reference = 1
  if (/[aA]/.test(on)) next.list ??= variable && variable.value !== '' ? { 0: variable.value } : {}
  if (on.includes('A')) next.table = 1
  if (on.includes('r') && variable) next.readonly = 1
  return next
}

function functionsNamed(machine: Machine, process: ShellProcess, names: string[], on: string): number {
  if (names.length === 0) {
    for (const name of Object.keys(process.functions).sort()) machine.write(process, 1, `declare -f ${name}\n`)
    return 0
  }
  const known = names.filter((name) => Object.hasOwn(process.functions, name))
  if (on.includes('F')) machine.write(process, 1, known.map((name) => `${name}\n`).join(''))
  return known.length === names.length ? 0 : 1
}

function printDeclared(machine: Machine, process: ShellProcess, names: string[], on: string, builtin: string): number {
  let status = 0
  const wanted = [...on].filter((letter) => 'aAirx'.includes(letter))
  const all = Object.keys(process.variables)
    .filter((name) => !name.startsWith('__'))
    .sort()
  for (const name of names.length > 0 ? names : all) {
    const variable = process.variables[name]
    if (!variable) {
      machine.complain(process, `${name}: not found`, builtin)
      status = 1
      continue
    }
    const letters = lettersOf(variable)
    if (names.length === 0 && wanted.some((letter) => !letters.includes(letter))) continue
    machine.write(process, 1, `declare -${letters || '-'} ${name}=${valueText(process, name, variable)}\n`)
  }
  return status
}

function lettersOf(variable: Variable): string {
  const { table, list, integer, letters, reference, readonly, exported } = variable
  return [
    table ? 'A' : list ? 'a' : '',
    integer ? 'i' : '',
    letters === 'lower' ? 'l' : '',
    reference ? 'n' : '',
    readonly ? 'r' : '',
    letters === 'upper' ? 'u' : '',
    exported ? 'x' : '',
  ].join('')
}

function valueText(process: ShellProcess, name: string, variable: Variable): string {
  const quoted = (text: string) => `"${text.replace(/["\\$`]/g, '\\$&')}"`
  if (!variable.list) return quoted(variable.value)
  const elements = (listOf(process, name) ?? []).map(
    ([key, value]) => `[${variable.table && !/^\w+$/.test(key) ? quoted(key) : key}]=${quoted(value)}`,
  )
  return `(${elements.join(' ')}${variable.table && elements.length > 0 ? ' ' : ''})`
}

export function letNumbers(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  if (words.length === 1) {
    machine.complain(process, 'expression expected', 'let')
    return process.dialect === 'bash' ? 1 : 2
  }
  let value = 0n
  for (const word of words.slice(1)) value = evaluate(word, namesOf(machine, process), process.dialect)
  return value === 0n ? 1 : 0
}

export function unset(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  const letters = words
    .slice(1)
    .filter((w) => /^-./.test(w))
    .map((w) => w.slice(1))
    .join('')
  const bad = [...letters].find((letter) => !'fvn'.includes(letter))
  if (bad) return failSpecial(machine, process, badOption(machine, process, 'unset', `-${bad}`, USAGES.unset))
  let status = 0
  for (const word of words.slice(1).filter((w) => !/^-./.test(w))) {
    const element = process.dialect === 'bash' ? /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(word) : null
    const name = resolved(process, element?.[1] ?? word)
    if (letters.includes('f')) {
      delete process.functions[name]
      continue
    }
    if (process.variables[name]?.readonly) {
      const bash = process.dialect === 'bash'
      machine.complain(process, bash ? `${name}: cannot unset: readonly variable` : readOnlyText(process, name), 'unset')
      if (!bash) return failSpecial(machine, process, 2)
      status = 1
    } else if (element && element[2] !== '@' && element[2] !== '*') {
      const before = process.variables[name]
      const { [keyOf(machine, process, name, element[2])]: gone, ...list } = before?.list ?? {}
      void gone
      if (before) process.variables[name] = { ...before, list, value: list['0'] ?? '' }
    } else if (process.variables[name]) delete process.variables[name]
    else delete process.functions[name]
  }
  return status
}

// ---------------------------------------------------------------- options

const LETTERS = { bash: 'abefhkmnptuvxBCEHPT', ash: 'aefnuxvCEmIisVb', dash: 'aefnuxvVEimsbCI' }

export function set(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  if (words.length === 1) {
    for (const [name, v] of Object.entries(process.variables).sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!name.startsWith('__')) machine.write(process, 1, `${name}=${settingText(process, name, v)}\n`)
    }
    return 0
  }
  for (let i = 1; i < words.length; i++) {
    const word = words[i]
    if (word === '--' || word === '-' || !/^[-+]/.test(word)) {
      if (word === '--' || word !== '-' || i + 1 < words.length)
        process.parameters = [process.parameters[0], ...words.slice(word === '--' || word === '-' ? i + 1 : i)]
      return 0
    }
    for (const letter of word.slice(1)) {
      if (letter !== 'o') {
        if (!LETTERS[process.dialect].includes(letter)) {
          return failSpecial(machine, process, badOption(machine, process, 'set', `${word[0]}${letter}`, USAGES.set))
        }
        switchOption(process, letter, word.startsWith('-'))
        continue
      }
      const name = words[++i]
      if (name === undefined) return listOptions(machine, process)
      const named = OPTIONS[name]
      if (named === undefined || (name === 'pipefail' && process.dialect === 'dash')) {
        if (KNOWN.has(name)) continue
        if (process.dialect === 'bash') {
          machine.complain(process, `${name}: invalid option name`, 'set')
          return 2
        }
        machine.complain(process, `${process.dialect === 'dash' ? 'Illegal' : 'illegal'} option -o ${name}`, 'set')
        return process.dialect === 'dash' ? failSpecial(machine, process, 2) : 1
      }
      switchOption(process, named, word.startsWith('-'))
    }
  }
  return 0
}

/** Long names of options that change nothing here. */
const KNOWN = new Set(
  'braceexpand emacs errtrace functrace hashall histexpand history ignoreeof interactive-comments keyword monitor noexec nolog notify onecmd physical posix privileged vi'.split(
    ' ',
  ),
)

export function switchOption(process: ShellProcess, letter: string, on: boolean): void {
  process.options = process.options.replaceAll(letter, '')
  if (on) process.options += letter
}

function listOptions(machine: Machine, process: ShellProcess): number {
  for (const name of [...Object.keys(OPTIONS)].sort()) {
    if (name === 'pipefail' && process.dialect === 'dash') continue
    const state = process.options.includes(OPTIONS[name]) ? 'on' : 'off'
    machine.write(process, 1, process.dialect === 'bash' ? `${name.padEnd(15)}\t${state}\n` : `${name.padEnd(16)}${state}\n`)
  }
  return 0
}

function settingText(process: ShellProcess, name: string, variable: Variable): string {
  if (process.dialect !== 'bash') return `'${variable.value.replaceAll("'", `'"'"'`)}'`
  if (variable.list) return valueText(process, name, variable)
  return /^[\w%+,\-./:=@^~]*$/.test(variable.value) ? variable.value : `'${variable.value.replaceAll("'", "'\\''")}'`
}

const SHOPTS =
  'autocd cdspell checkhash checkjobs checkwinsize cmdhist dirspell dotglob execfail expand_aliases extdebug extglob extquote failglob globasciiranges globskipdots globstar histappend hostcomplete huponexit inherit_errexit interactive_comments lastpipe lithist localvar_inherit login_shell mailwarn nocaseglob nocasematch nullglob patsub_replacement progcomp promptvars restricted_shell shift_verbose sourcepath varredir_close xpg_echo'.split(
    ' ',
  )
const FROM_START = new Set(
  'checkwinsize cmdhist extquote globasciiranges globskipdots hostcomplete interactive_comments patsub_replacement progcomp promptvars sourcepath'.split(
    ' ',
  ),
)

export function shopt(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const letters = words
    .slice(1)
    .filter((w) => w.startsWith('-'))
    .join('')
  const names = words.slice(1).filter((w) => !w.startsWith('-'))
  const isOn = (name: string) => process.shopts?.includes(name) ?? FROM_START.has(name)
  let status = 0
  for (const name of names.length > 0 ? names : SHOPTS) {
    if (!SHOPTS.includes(name)) {
      machine.complain(process, `${name}: invalid shell option name`, 'shopt')
      status = 1
    } else if (/[su]/.test(letters) && names.length > 0) {
      const others = (process.shopts ?? [...FROM_START]).filter((other) => other !== name)
      process.shopts = letters.includes('s') ? [...others, name] : others
    } else {
      if (names.length > 0 && !isOn(name)) status = 1
      if (!letters.includes('q')) machine.write(process, 1, `${name.padEnd(15)}\t${isOn(name) ? 'on' : 'off'}\n`)
    }
  }
  return status
}

export function shift(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number | undefined {
  const bash = process.dialect === 'bash'
  if (words[1] !== undefined && !/^\d+$/.test(words[1])) {
    machine.complain(process, bash ? `${words[1]}: numeric argument required` : `Illegal number: ${words[1]}`, 'shift')
    return failSpecial(machine, process, 1)
  }
  const n = Number(words[1] ?? 1)
  if (n > process.parameters.length - 1) {
    if (process.dialect !== 'dash') return 1
    machine.complain(process, "can't shift that many", 'shift')
    return failSpecial(machine, process, 2)
  }
  process.parameters = [process.parameters[0], ...process.parameters.slice(1 + n)]
  return 0
}

export function umask(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const [, mask] = words
  const now = process.variables['__UMASK']?.value ?? '0022'
  if (mask === undefined) machine.write(process, 1, `${now}\n`)
  else if (mask === '-S') {
    const classes = [...now.slice(-3)].map(
      (digit, i) => `${'ugo'[i]}=${['r', 'w', 'x'].filter((_, bit) => !(Number(digit) & (4 >> bit))).join('')}`,
    )
    machine.write(process, 1, `${classes.join(',')}\n`)
  } else if (/^[0-7]{1,4}$/.test(mask)) process.variables['__UMASK'] = { value: mask.padStart(4, '0') }
  else {
    const words = { bash: `${mask}: octal number out of range`, dash: `Illegal number: ${mask}`, ash: `illegal mode: ${mask}` }
    machine.complain(process, words[process.dialect], 'umask')
    return process.dialect === 'bash' ? 1 : 2
  }
  return 0
}
