// The words of a simple command, expanded in order: assignments, arguments, redirection targets, lists.
import type { Assignment, Node, Word } from './ast'
import { type ExpansionContext, ExpansionProblem, expandText, expandWord } from './expand'
import { contextOf, substitute } from './expansion-context'
import type { Machine } from './machine'
import type { Frame, ShellProcess } from './state'
import { assign, assignElement, assignList, parameter, readOnlyText } from './variables'

type CommandNode = Extract<Node, { type: 'command' }>
/** One word to expand and what is done with it. */
interface Item {
  word: Word
  take(machine: Machine, process: ShellProcess, frame: Frame, context: ExpansionContext): void
}

const itemsByNode = new WeakMap<CommandNode, Item[]>()

/** Resumes where a substitution made it wait. Afterwards `words` are the arguments, `assigned` values and then targets. */
export function expandAll(machine: Machine, process: ShellProcess, frame: Frame, node: CommandNode): void {
  let items = itemsByNode.get(node)
  if (!items) {
    items = itemsOf(node)
    itemsByNode.set(node, items)
  }
  frame.words ??= []
  frame.assigned ??= []
  for (frame.item ??= 0; frame.item < items.length; frame.item++) {
    const { word, take } = items[frame.item]
    substitute(machine, process, frame, word)
    take(machine, process, frame, contextOf(machine, process, frame))
    delete frame.results
  }
}

function itemsOf(node: CommandNode): Item[] {
  const bare = node.words.length === 0
  return [
    ...node.assignments.flatMap((a, i) => assignmentItems(a, i, bare)),
    ...node.words.map(argumentItem),
    ...node.redirections.map(
      ({ target }): Item => ({ word: target, take: (_m, _p, frame, context) => void frame.assigned!.push(expandText(target, context)) }),
    ),
    ...(node.late ?? []).flatMap((a, i) => listItems(a, node.assignments.length + i)),
  ]
}

function argumentItem(word: Word): Item {
  const assignment = isAssignment(word)
  return {
    word,
    take(_machine, _process, frame, context) {
      const words = frame.words!
      const whole = assignment && ['export', 'local', 'readonly', 'declare', 'typeset'].includes(words[0] ?? '')
      if (whole) words.push(expandText(word, context, assignment))
      else words.push(...expandWord(word, context))
    },
  }
}

function isAssignment(word: Word): boolean {
  const first = word.parts[0]
  return first?.kind === 'text' && !first.quoted && /^[A-Za-z_]\w*\+?=/.test(first.text)
}

/** `bare`: nothing but assignments, so they are the shell's own. */
function assignmentItems(assignment: Assignment, at: number, bare: boolean): Item[] {
  const { name, append, word, subscript, elements } = assignment
  if (subscript || elements) {
    const items = listItems(assignment, at)
    const last: Item = {
      word: { parts: [], substitutions: [] },
      take(machine, process, frame) {
        frame.assigned!.push('')
        if (!bare) return
        const list = frame.lists?.[at] ?? []
        requireWritable(process, name)
        if (elements) assignList(machine, process, name, list, append)
        else assignElement(machine, process, name, list[0].key!, list[0].values[0], append)
      },
    }
    return [...items, last]
  }
  return [
    {
      word,
      take(machine, process, frame, context) {
        const value = expandText(word, context, true)
        frame.assigned!.push(!bare && append ? (parameter(machine, process, name) ?? '') + value : value)
        if (!bare) return
        requireWritable(process, name)
        assign(machine, process, name, value, append)
      },
    },
  ]
}

function requireWritable(process: ShellProcess, name: string): void {
  if (process.variables[name]?.readonly) throw new ExpansionProblem(readOnlyText(process, name))
}

/** Keys and values of `x=(...)` or `x[key]=...`, collected in `frame.lists`. */
function listItems(assignment: Assignment, at: number): Item[] {
  const { name, word, subscript, elements } = assignment
  const put = (frame: Frame, element: { key?: string; append?: boolean; values: string[] }) => {
    frame.lists = { ...frame.lists, [at]: [...(frame.lists?.[at] ?? []), element] }
  }
  const keyed = (key: Word, value: Word, append: boolean | undefined, resolve: boolean): Item[] => [
    {
      word: key,
      take(_machine, _process, frame, context) {
        const text = expandText(key, context)
        put(frame, { key: resolve ? context.key(name, text) : text, values: [], ...(append ? { append } : {}) })
      },
    },
    {
      word: value,
      take(_machine, _process, frame, context) {
        const list = frame.lists![at]
        list[list.length - 1] = { ...list.at(-1)!, values: [expandText(value, context)] }
      },
    },
  ]
  if (subscript) return keyed(subscript, word, false, true)
  return (elements ?? []).flatMap((element): Item[] => {
    if (element.key) return keyed(element.key, element.word, element.append, false)
    return [{ word: element.word, take: (_m, _p, frame, context) => put(frame, { values: expandWord(element.word, context) }) }]
  })
}
