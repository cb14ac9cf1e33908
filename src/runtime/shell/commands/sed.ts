// sed: addresses, s, d, p, q, a, i, c, y, =, n, and -n -e -E -i. No branches, no hold space.
import type { Command } from '../../process'
import { linesOf, readOperand } from './errors'
import { expressionOf } from './regex'

type Address = { line: number } | { last: true } | { expression: RegExp }
interface Instruction {
  from?: Address
  to?: Address
  negated: boolean
  name: string
  expression?: RegExp
  text?: string
  print?: boolean
  nth?: number
  inside?: boolean
}

class SedProblem extends Error {}

function parse(script: string, extended: boolean): Instruction[] {
  const out: Instruction[] = []
  let at = 0
  function delimited(mark: string): string {
    let text = ''
    for (; at < script.length && script[at] !== mark; at++) {
      if (script[at] === '\\' && at + 1 < script.length) {
        text += script[at + 1] === mark && mark !== '/' ? mark : script[at + 1] === mark ? mark : `\\${script[at + 1]}`
        at++
      } else text += script[at]
    }
    if (at >= script.length) throw new SedProblem('unterminated command')
    at++
    return text
  }
  function address(): Address | undefined {
    const number = /^\d+/.exec(script.slice(at))
    if (number) {
      at += number[0].length
      return { line: Number(number[0]) }
    }
    if (script[at] === '$') {
      at++
      return { last: true }
    }
    if (script[at] === '/') {
      at++
      return { expression: new RegExp(expressionOf(delimited('/'), extended)) }
    }
    return undefined
  }
  while (at < script.length) {
    if (/[\s;}]/.test(script[at])) {
      at++
      continue
    }
    if (script[at] === '#') {
      while (at < script.length && script[at] !== '\n') at++
      continue
    }
    const instruction: Instruction = { negated: false, name: '' }
    instruction.from = address()
    if (instruction.from && script[at] === ',') {
      at++
      instruction.to = address()
    }
    while (script[at] === ' ') at++
    if (script[at] === '!') {
      instruction.negated = true
      at++
    }
    const name = script[at++]
    instruction.name = name
    if (name === 's' || name === 'y') {
      const mark = script[at++]
      const pattern = delimited(mark)
      instruction.text = delimited(mark)
      if (name === 'y') instruction.text = `${pattern}\0${instruction.text}`
      else {
        const flags = /^[gpiI0-9]*/.exec(script.slice(at))![0]
        at += flags.length
        instruction.print = flags.includes('p')
        instruction.nth = Number(/\d+/.exec(flags)?.[0] ?? 0)
        instruction.expression = new RegExp(
          expressionOf(pattern, extended),
          `${flags.includes('g') || instruction.nth ? 'g' : ''}${/[iI]/.test(flags) ? 'i' : ''}`,
        )
        if (instruction.nth && !flags.includes('g')) instruction.nth = Number(/\d+/.exec(flags)![0])
      }
    } else if ('aic'.includes(name)) {
      const rest = /^\s*(?:\\\n?)?([^\n]*)/.exec(script.slice(at))!
      instruction.text = rest[1]
      at += rest[0].length
    } else if (!'dpq=nDP{'.includes(name)) throw new SedProblem(`unsupported command ${name}`)
    out.push(instruction)
  }
  return out
}

function replacement(text: string, match: string[]): string {
  return text.replace(/\\([0-9&n\\t])|&/g, (whole, c?: string) => {
    if (whole === '&') return match[0]
    if (c === 'n') return '\n'
    if (c === 't') return '\t'
    return /\d/.test(c!) ? (match[Number(c)] ?? '') : c!
  })
}

export const sed: Command = (io) => {
  const scripts: string[] = []
  const names: string[] = []
  let quiet = false
  let extended = false
  let inPlace = false
  for (let i = 0; i < io.args.length; i++) {
    const arg = io.args[i]
    if (arg === '-e' || arg === '--expression') scripts.push(io.args[++i])
    else if (/^-[nErsi]+$/.test(arg)) {
      quiet ||= arg.includes('n')
      extended ||= /[Er]/.test(arg)
      inPlace ||= arg.includes('i')
    } else if (arg.startsWith('-i')) inPlace = true
    else if (scripts.length === 0 && names.length === 0) scripts.push(arg)
    else names.push(arg)
  }
  let program: Instruction[]
  try {
    program = parse(scripts.join('\n'), extended)
  } catch (error) {
    io.err(`sed: ${(error as Error).message}\n`)
    return 1
  }
  let status = 0
  const targets = names.length > 0 ? names : ['-']
  const texts: [string, string][] = []
  for (const name of targets) {
    const text = readOperand(io, name)
    if (text === undefined) status = 1
    else texts.push([name, text])
  }
  const groups = inPlace ? texts.map((t) => [t]) : [texts]
  for (const group of groups) {
    const out = edit(program, group.map(([, t]) => t).join(''), quiet)
    if (inPlace && group[0][0] !== '-') io.files.write(io.path(group[0][0]), out)
    else io.out(out)
  }
  return status
}

function edit(program: Instruction[], text: string, quiet: boolean): string {
  const lines = linesOf(text)
  const open = text !== '' && !text.endsWith('\n')
  let out = ''
  const ranges = new Map<Instruction, boolean>()
  const hits = (address: Address, n: number, line: string) =>
    'line' in address ? address.line === n : 'last' in address ? n === lines.length : address.expression.test(line)
  function selected(instruction: Instruction, n: number, line: string): boolean {
    const { from, to } = instruction
    if (!from) return true
    if (!to) return hits(from, n, line)
    if (ranges.get(instruction)) {
      const ends = 'line' in to ? n >= to.line : hits(to, n, line)
      if (ends) ranges.set(instruction, false)
      return !('line' in to) || n <= to.line
    }
    if (!hits(from, n, line)) return false
    ranges.set(instruction, !('line' in to) || to.line > n)
    return true
  }
  for (let n = 1; n <= lines.length; n++) {
    let line = lines[n - 1]
    let removed = false
    let quit = false
    let after = ''
    const end = n === lines.length && open ? '' : '\n'
    for (const instruction of program) {
      if (selected(instruction, n, line) === instruction.negated) continue
      switch (instruction.name) {
        case 's': {
          let seen = 0
          let changed = false
          line = line.replace(instruction.expression!, (...match) => {
            seen++
            if (instruction.nth && seen < instruction.nth) return match[0] as string
            if (instruction.nth && seen > instruction.nth) return match[0] as string
            changed = true
            return replacement(instruction.text!, match.slice(0, -2) as string[])
          })
          if (changed && instruction.print) out += `${line}\n`
          break
        }
        case 'y': {
          const [from, to] = instruction.text!.split('\0')
          line = [...line].map((c) => to[from.indexOf(c)] ?? c).join('')
          break
        }
        case 'd':
          removed = true
          break
        case 'p':
          out += `${line}\n`
          break
        case '=':
          out += `${n}\n`
          break
        case 'q':
          quit = true
          break
        case 'i':
          out += `${instruction.text}\n`
          break
        case 'a':
          after += `${instruction.text}\n`
          break
        case 'c':
          out += `${instruction.text}\n`
          removed = true
          break
        case 'n':
          if (!quiet) out += `${line}\n`
          if (n < lines.length) line = lines[n++]
          break
      }
      if (removed || quit) break
    }
    if (!removed && !quiet) out += line + end
    out += after
    if (quit) break
  }
  return out
}
