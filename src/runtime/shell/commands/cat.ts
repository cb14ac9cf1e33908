// cat, tac's other direction, and tee: text passed on.
import type { Command } from '../../process'
import { attempt, isGnu, parseFlags, readOperand } from './errors'

/** Passes input on as it comes. */
const cat: Command = (io, state) => {
  const { rest, flags } = parseFlags(io)
  const bad = isGnu(io) ? undefined : [...flags].find((flag) => !'nbvteAu'.includes(flag))
  if (bad) {
    io.err(
      `cat: invalid option -- '${bad}'\nBusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: cat [-nbvteA] [FILE]...\n`,
    )
    return 1
  }
  const names = rest.length > 0 ? rest : ['-']
  let status = 0
  if (names.length === 1 && names[0] === '-' && flags.size === 0) {
    const { text, end } = io.input()
    io.out(text)
    return end ? 0 : { state: state ?? {}, onInput: true }
  }
  const shape = shaper(flags)
  for (const name of names) {
    const text = readOperand(io, name)
    if (text === undefined) status = 1
    else io.out(flags.size === 0 ? text : shape(text))
  }
  return status
}

/** What -n, -b, -s, -E, -T and -v make of a text; numbers go on from file to file. */
function shaper(flags: Set<string>): (text: string) => string {
  const all = flags.has('A') || flags.has('show-all')
  const ends = all || flags.has('E') || flags.has('e')
  const tabs = all || flags.has('T') || flags.has('t')
  const visible = all || flags.has('v') || flags.has('e') || flags.has('t')
  let line = 0
  let blank = false
  return (text) =>
    text
      .split(/(?<=\n)/)
      .filter((piece) => {
        const empty = piece === '\n'
        const kept = !(flags.has('s') && empty && blank)
        blank = empty
        return kept
      })
      .map((piece) => {
        const numbered = flags.has('b') ? piece !== '\n' : flags.has('n')
        let shown = piece
        if (visible)
          shown = shown.replace(/[\x00-\x08\x0b-\x1f\x7f]/g, (c) => (c === '\x7f' ? '^?' : `^${String.fromCharCode(c.charCodeAt(0) + 64)}`))
        if (tabs) shown = shown.replaceAll('\t', '^I')
        if (ends) shown = shown.replace('\n', '$\n')
        return numbered ? `${String(++line).padStart(6)}\t${shown}` : shown
      })
      .join('')
}

const tee: Command = (io, state) => {
  const { flags, rest } = parseFlags(io)
  let status = 0
  if (state === undefined && !flags.has('a'))
    for (const name of rest)
      if (
        !attempt(
          io,
          (why) => `${name}: ${why}`,
          () => io.files.write(io.path(name), ''),
        )
      )
        status = 1
  const { text, end } = io.input()
  io.out(text)
  if (status === 0 && text !== '')
    for (const name of rest)
      attempt(
        io,
        (why) => `${name}: ${why}`,
        () => io.files.append(io.path(name), text),
      )
  return end ? status : { state: {}, onInput: true }
}

/** Pagers without a terminal show all. */
export const CAT: Record<string, Command> = { cat, less: cat, more: cat, tee }
