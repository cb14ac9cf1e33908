// echo, which every shell reads in its own way.
import type { Machine } from '../machine'
import type { Frame, ShellProcess } from '../state'
import { unescapeText } from '../words'

export function echo(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const dash = process.dialect === 'dash'
  let at = 1
  let newline = true
  let escapes = dash
  for (; at < words.length && (dash ? words[at] === '-n' : /^-[neE]+$/.test(words[at])); at++) {
    if (words[at].includes('n')) newline = false
    if (!dash && /[eE]/.test(words[at])) escapes = words[at].lastIndexOf('e') > words[at].lastIndexOf('E')
    if (dash) {
      at++
      break
    }
  }
  let text = words.slice(at).join(' ')
  if (escapes) {
    const stop = /(?<!\\)(?:\\\\)*\\c/.exec(text)
    if (stop) {
      text = text.slice(0, stop.index + stop[0].length - 2)
      newline = false
    }
    text = unescapeText(text, process.dialect)
  }
  machine.write(process, 1, text + (newline ? '\n' : ''))
  return 0
}
