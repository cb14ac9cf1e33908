// printf as the shells have it, and bash's -v, %q and %(...)T.
import { formatDate } from '../commands/system'
import type { Machine } from '../machine'
import { printfText } from '../printf-format'
import type { Frame, ShellProcess } from '../state'
import { assign, assignElement, keyOf } from '../variables'

export function printf(machine: Machine, process: ShellProcess, _frame: Frame, words: string[]): number {
  const { dialect } = process
  const bash = dialect === 'bash'
  let args = words.slice(1)
  let variable: string | undefined
  if (bash && args[0] === '-v' && args.length > 1) {
    variable = args[1]
    args = args.slice(2)
  }
  if (args[0] === '--') args = args.slice(1)
  else if (dialect === 'dash' && /^-./.test(args[0] ?? '')) {
    machine.complain(process, `Illegal option ${args[0].slice(0, 2)}`, 'printf')
    return 2
  }
  const [format, ...values] = args
  if (format === undefined) {
    if (bash) machine.write(process, 2, 'printf: usage: printf [-v var] format [arguments]\n')
    else if (dialect === 'dash') machine.complain(process, 'usage: printf format [arg ...]', 'printf')
    else machine.complain(process, 'usage: printf FORMAT [ARGUMENT...]')
    return 2
  }
  const { text, bad, unknown } = printfText(format, values, { bash, date: (time, wanted) => formatDate(time ?? machine.now, wanted) })
  for (const arg of bad) {
    if (bash) machine.complain(process, `${arg}: invalid number`, 'printf')
    else if (dialect === 'dash') machine.complain(process, `${arg}: expected numeric value`, 'printf')
    else machine.complain(process, `invalid number '${arg}'`)
  }
  if (variable === undefined) machine.write(process, 1, text)
  else if (unknown === undefined) {
    const element = /^([A-Za-z_]\w*)\[(.*)\]$/.exec(variable)
    if (element) assignElement(machine, process, element[1], keyOf(machine, process, element[1], element[2]), text)
    else assign(machine, process, variable, text)
  }
  if (unknown !== undefined) {
    const letter = /^%[-0 +#'\d*.]*[hlLjzt]*(.?)/.exec(unknown)?.[1] ?? ''
    const given = /^%[-0 +#'\d*.]*./s.exec(unknown)?.[0] ?? unknown
    if (bash) machine.complain(process, `\`${letter}': invalid format character`, 'printf')
    else if (dialect === 'dash') machine.complain(process, `${given}: invalid directive`, 'printf')
    else machine.complain(process, `%${unknown.replace(/^%[-0 +#'\d*.]*[hlLjzt]*/, '')}: invalid format`)
    return dialect === 'dash' ? 2 : 1
  }
  return bad.length > 0 ? 1 : 0
}
