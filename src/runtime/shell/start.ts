// Starting a shell: its options, where its script comes from.
import { switchOption } from './builtins/variables'
import { OPTIONS } from './condition'
import type { Machine } from './machine'
import type { ShellProcess } from './state'

/** Makes a process the shell that an argv asks for: `sh -c script name args`, `sh file args`, `sh` reading standard input. */
export function startShell(machine: Machine, process: ShellProcess, argv: string[]): void {
  const shell = argv[0].replace(/^.*\//, '')
  process.name = argv[0]
  process.dialect = shell === 'bash' ? 'bash' : machine.host.image.userland === 'debian' ? 'dash' : 'ash'
  process.line = 1
  process.command = argv.join(' ')
  process.variables['OPTIND'] = { value: '1' }
  if (process.dialect !== 'dash')
    process.variables['SHLVL'] = { value: String(Number(process.variables['SHLVL']?.value ?? 0) + 1), exported: 1 }
  process.variables['PWD'] = { value: process.cwd, exported: 1 }
  let at = 1
  let text = false
  let interactive = false
  let options = ''
  for (; at < argv.length && /^[-+]./.test(argv[at]) && argv[at] !== '--'; at++) {
    if (argv[at].startsWith('--')) continue
    const on = argv[at].startsWith('-')
    for (const letter of argv[at].slice(1)) {
      if (letter === 'o') {
        const named = OPTIONS[argv[++at] ?? '']
        if (named === undefined || (named === 'p' && process.dialect === 'dash')) {
          badStart(machine, process, `-o ${argv[at] ?? ''}`.trim())
          return
        }
        switchOption(process, named, on)
      } else if (letter === 'i') interactive = true
      else if (letter === 'c') text = true
      else if (letter !== 'l' && letter !== 's') options += letter
    }
    for (const letter of options) switchOption(process, letter, on)
    options = ''
  }
  if (argv[at] === '--') at++
  if (text) runCommand(machine, process, argv, at)
  else if (argv[at] !== undefined) runFile(machine, process, argv, at)
  else {
    process.from = 'stdin'
    process.parameters = [argv[0]]
    // Reads commands from standard input, line by line.
    if (interactive) switchOption(process, 'i', true)
    machine.pushScript(process, '__read_commands', { kind: 'script' })
  }
}

function badStart(machine: Machine, process: ShellProcess, option: string): void {
  const words = { bash: `${option.slice(3)}: invalid option name`, dash: `0: Illegal option ${option}`, ash: `illegal option ${option}` }
  machine.write(process, 2, `${process.name}: ${words[process.dialect]}\n`)
  machine.end(process, 2)
}

function runCommand(machine: Machine, process: ShellProcess, argv: string[], at: number): void {
  process.from = 'c'
  const text = argv[at]
  if (text === undefined) {
    const words = { bash: '-c: option requires an argument', dash: '0: -c requires an argument', ash: '-c requires an argument' }
    machine.write(process, 2, `${process.name}: ${words[process.dialect]}\n`)
    machine.end(process, 2)
    return
  }
  process.parameters = argv.length > at + 1 ? argv.slice(at + 1) : [argv[0]]
  process.name = process.parameters[0]
  if (argv.length > at + 1) process.named = true
  machine.pushScript(process, text, { kind: 'script' })
}

function runFile(machine: Machine, process: ShellProcess, argv: string[], at: number): void {
  process.from = 'file'
  const file = argv[at]
  const text = machine.host.context.files.read(machine.path(process, file))
  process.parameters = argv.slice(at)
  if (text === undefined) {
    const directory = machine.host.context.files.isDirectory(machine.path(process, file))
    const words = {
      bash: `${file}: ${directory ? 'Is a directory' : 'No such file or directory'}`,
      dash: `0: cannot open ${file}: No such file`,
      ash: `can't open '${file}': No such file or directory`,
    }
    machine.write(process, 2, `${process.name}: ${words[process.dialect]}\n`)
    machine.end(process, process.dialect === 'bash' ? (directory ? 126 : 127) : 2)
    return
  }
  process.name = file
  machine.pushScript(process, text, { kind: 'script' })
}
