// The select loop of bash: a menu, a prompt, an answer.
import type { Node } from './ast'
import { Blocked, type Machine } from './machine'
import type { Frame, ShellProcess } from './state'
import { finish, loopWords, push } from './steps'
import { assign } from './variables'

export function stepSelect(machine: Machine, process: ShellProcess, frame: Frame, node: Extract<Node, { type: 'for' }>): void {
  const words = loopWords(machine, process, frame, node)
  if (words.length === 0) {
    finish(machine, process, frame, 0)
    return
  }
  // 0 shows the menu, 1 asks, 2 waits for the answer.
  if (frame.step === 0) {
    const width = String(words.length).length
    machine.write(process, 2, words.map((word, i) => `${String(i + 1).padStart(width)}) ${word}\n`).join(''))
    frame.step = 1
  }
  if (frame.step === 1) machine.write(process, 2, process.variables['PS3']?.value ?? '#? ')
  frame.step = 2
  const { text, end } = machine.read(process, 0, true)
  if (!text.endsWith('\n') && !end) {
    machine.unread(process, 0, text)
    throw new Blocked({ for: 'input', fd: 0, beyond: text.length })
  }
  if (text === '' && end) {
    machine.write(process, 1, '\n')
    finish(machine, process, frame, 1)
    return
  }
  const answer = text.trim()
  assign(machine, process, 'REPLY', answer)
  frame.step = answer === '' ? 0 : 1
  if (answer === '') return
  assign(machine, process, node.name, /^\d+$/.test(answer) ? (words[Number(answer) - 1] ?? '') : '')
  push(process, frame, node.body)
}
