// Starting a shell: its options, where its script comes from.
import type { Machine } from './machine'
import type { ShellProcess } from './state'

/** Makes a process the shell that an argv asks for: `sh -c script name args`, `sh file args`, `sh` reading standard input. */
export function startShell(machine: Machine, process: ShellProcess, argv: string[]): void {
  process.name = argv[0].replace(/^.*\//, '')
  process.command = argv.join(' ')
  process.variables['OPTIND'] = { value: '1' }
  let at = 1
  let text: string | undefined
  let interactive = false
  for (; at < argv.length && /^[-+]./.test(argv[at]) && argv[at] !== '--'; at++) {
    const letters = argv[at].slice(1)
    if (argv[at].startsWith('--')) continue
    if (letters.includes('o')) {
      at++
      if (argv[at] === 'pipefail') process.options += 'p'
      if (argv[at] === 'errexit') process.options += 'e'
    }
    for (const letter of letters) if ('euxfa'.includes(letter)) process.options += letter
    if (letters.includes('i')) interactive = true
    if (letters.includes('c')) {
      text = argv[at + 1]
      if (text === undefined) {
        machine.write(process, 2, `${process.name}: -c requires an argument\n`)
        machine.end(process, 2)
        return
      }
      process.parameters = argv.length > at + 2 ? argv.slice(at + 2) : [argv[0]]
      if (argv.length > at + 2) process.name = argv[at + 2]
      runText(machine, process, text)
      return
    }
  }
  if (argv[at] === '--') at++
  const file = argv[at]
  if (file !== undefined) {
    const path = machine.path(process, file)
    text = machine.host.context.files.read(path)
    process.parameters = argv.slice(at)
    if (text === undefined) {
      const message =
        process.name === 'bash'
          ? `${file}: No such file or directory`
          : machine.host.image.userland === 'debian'
            ? `0: cannot open ${file}: No such file`
            : `can't open '${file}': No such file or directory`
      machine.write(process, 2, `${process.name}: ${message}\n`)
      machine.end(process, process.name === 'bash' ? 127 : 2)
      return
    }
    process.name = file
    runText(machine, process, text.replace(/^#!.*/, ''))
    return
  }
  process.parameters = [argv[0]]
  // Reads commands from standard input, line by line.
  if (interactive) process.options += 'i'
  process.frames.push({ kind: 'script', step: 0 })
  machine.pushScript(process, '__read_commands', { kind: 'script' })
}

function runText(machine: Machine, process: ShellProcess, text: string): void {
  if (!machine.pushScript(process, text, { kind: 'script' })) machine.end(process, 2)
}
