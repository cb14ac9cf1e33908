// alias and unalias, and what a command stands for whose first word is one. A shell reads by lines: an alias holds from the next line on.
import type { Node } from '../ast'
import type { Machine } from '../machine'
import type { Frame, ShellProcess } from '../state'

/** What bash asks for in scripts; a shell somebody types at has them. */
function expandsAliases({ dialect, options, shopts }: ShellProcess): boolean {
  return dialect !== 'bash' || options.includes('i') || !!shopts?.includes('expand_aliases')
}

/** The alias of a name as the shell would look it up now. */
export function aliasOf(process: ShellProcess, name: string): string | undefined {
  const { aliases } = process
  return aliases && expandsAliases(process) && Object.hasOwn(aliases, name) ? aliases[name].value : undefined
}

/** Aliases whose text is being run: they do not stand for themselves. */
function running(process: ShellProcess): Set<string> {
  const names = new Set<string>()
  for (let i = process.frames.length - 1; i >= 0; i--) {
    const { kind, name } = process.frames[i]
    if (kind === 'eval' && name !== undefined) names.add(name)
    else if (kind !== 'node') break
  }
  return names
}

/** The script that a command stands for; undefined when its first word is no alias. */
export function aliasedScript(
  process: ShellProcess,
  frame: Frame,
  node: Extract<Node, { type: 'command' }>,
): { name: string; text: string } | undefined {
  const { written } = node
  if (!written || process.aliases === undefined || aliasOf(process, written.name) === undefined) return undefined
  const { value, source, line } = process.aliases[written.name]
  if ((source === frame.source && node.line <= line) || running(process).has(written.name)) return undefined
  // After a blank at the end the next word is looked up as well.
  let after = written.after
  const next = /[ \t]$/.test(value) ? /^([ \t]*)([^\s;&|<>()$`'"\\*?[\]{}~#=]+)(?=[\s;]|$)/.exec(after) : null
  const second = next ? aliasOf(process, next[2]) : undefined
  if (next && second !== undefined) after = next[1] + second + after.slice(next[0].length)
  return { name: written.name, text: '\n'.repeat(Math.min(node.line - 1, 10_000)) + written.before + value + after }
}

function quoted(value: string, bash: boolean): string {
  return `'${value.replaceAll("'", bash ? "'\\''" : `'"'"'`)}'`
}

/** `alias ll='ls -l'` in bash, without its first word elsewhere. */
export function aliasLine(process: ShellProcess, name: string): string {
  const bash = process.dialect === 'bash'
  return `${bash ? 'alias ' : ''}${name}=${quoted(process.aliases![name].value, bash)}`
}

export function alias(machine: Machine, process: ShellProcess, frame: Frame, words: string[]): number {
  const bash = process.dialect === 'bash'
  const args = words.slice(words[1] === '-p' && bash ? 2 : 1)
  if (args.length === 0)
    for (const name of Object.keys(process.aliases ?? {}).sort()) machine.write(process, 1, `${aliasLine(process, name)}\n`)
  let status = 0
  for (const arg of args) {
    const at = arg.indexOf('=')
    if (at > 0) {
      process.aliases = {
        ...process.aliases,
        [arg.slice(0, at)]: { value: arg.slice(at + 1), source: frame.source ?? -1, line: process.line },
      }
    } else if (Object.hasOwn(process.aliases ?? {}, arg)) machine.write(process, 1, `${aliasLine(process, arg)}\n`)
    else {
      if (bash) machine.complain(process, `${arg}: not found`, 'alias')
      else machine.write(process, 2, `alias: ${arg} not found\n`)
      status = 1
    }
  }
  return status
}

export function unalias(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const bash = process.dialect === 'bash'
  if (words[1] === '-a') {
    delete process.aliases
    return 0
  }
  if (words.length === 1 && bash) {
    machine.write(process, 2, 'unalias: usage: unalias [-a] name [name ...]\n')
    return 2
  }
  let status = 0
  for (const name of words.slice(1)) {
    const { [name]: gone, ...left } = process.aliases ?? {}
    if (gone) process.aliases = left
    else {
      if (bash) machine.complain(process, `${name}: not found`, 'unalias')
      else machine.write(process, 2, `unalias: ${name} not found\n`)
      status = 1
    }
  }
  return status
}
