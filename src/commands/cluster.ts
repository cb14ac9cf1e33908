// kubesim cluster: the state file as a cluster (info, init, reset, advance, snapshot, restore, diff, recover).
import path from 'node:path'
import type { KubeObject } from '../api/types'
import { durationArgument, type OwnCommand, type OwnContext, type Program } from '../cli/own'
import { CommandError } from '../errors'
import { formatDuration, parseDuration } from '../lib/ages'
import { deepEqual } from '../lib/equal'
import { align, DESCRIBE } from '../lib/tabwriter'
import { timestamp } from '../lib/time'
import { isWhole, keepBeside, readBytes, readState, replaceFile, withLock } from '../store/file'
import { recover } from '../store/recover'
import { restoreSnapshot, writeSnapshot } from '../store/snapshot'
import type { State } from '../store/state'

function info(context: OwnContext): void {
  const { file } = context.cluster
  const rows = context.cluster.read(({ state, view, env, server }) => {
    const count = (resource: string) => String(view.list(resource).length)
    const due = state.header.nextDue
    return [
      ['State file', `${file} (${readBytes(file)?.length ?? 0} bytes)`],
      ['Clock', `${timestamp(env.now())}${state.header.clockOffset ? ` (${formatDuration(state.header.clockOffset)} ahead)` : ''}`],
      ['Next due', due === undefined ? 'nothing' : `in ${formatDuration(Math.max(0, Math.round((due - env.now()) / 100) * 100))}`],
      ['Resource version', String(state.header.resourceVersion)],
      ...['nodes', 'namespaces', 'pods', 'services'].map((r) => [r[0].toUpperCase() + r.slice(1), count(r)]),
      ['Objects', String(server.discovery.all().reduce((sum, r) => sum + state.keys(`${r.resource}/`).length, 0))],
    ]
  })
  context.out(align(rows.map(([name, value]) => `${name}:\t${value}\n`).join(''), DESCRIBE))
}

function init(context: OwnContext, options: { nodes?: string }): void {
  const { file } = context.cluster
  if (readBytes(file)) throw new CommandError(`there is a cluster in ${file} already; \`kubesim cluster reset\` starts anew`)
  context.make(nodeArgument(options.nodes))
  context.out(`a fresh cluster is in ${file}\n`)
}

function nodeArgument(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > 1000)
    throw new CommandError(`invalid number of nodes ${JSON.stringify(text)}: must be from 1 to 1000`)
  return count
}

function reset(context: OwnContext, options: { nodes?: string }): void {
  const { file } = context.cluster
  const nodes = nodeArgument(options.nodes)
  // It may not have been a state file at all.
  const kept = readBytes(file) && !isWhole(file) ? keepBeside(file, '.damaged') : undefined
  context.make(nodes)
  context.out(`a fresh cluster is in ${file}\n${kept ? `the damaged file is kept as ${kept}\n` : ''}`)
}

function advance(context: OwnContext, text: string): void {
  const by = durationArgument(text, parseDuration)
  if (by < 0) throw new CommandError('the clock goes forward only')
  const now = context.cluster.write((cluster) => {
    cluster.advance(by)
    return cluster.env.now()
  })
  context.out(`the cluster's clock is at ${timestamp(now)}\n`)
}

function stateAt(context: OwnContext, name: string): State {
  const state = readState(path.resolve(context.host.cwd, name))
  if (!state) throw new CommandError(`there is no file ${name}`)
  return state
}

/** Names of the objects that differ, with `+`, `-` or `~`; exit code 1 when any do, as diff's. */
function diff(context: OwnContext, from: string, to: string | undefined, exit: (code: number) => void): void {
  const before = stateAt(context, from)
  const after = to === undefined ? context.cluster.read((c) => c.state) : stateAt(context, to)
  const names = (state: State) =>
    state
      .topics()
      .filter((t) => !t.startsWith('~'))
      .flatMap((t) => state.keys(`${t}/`))
  const all = [...new Set([...names(before), ...names(after)])].sort()
  const lines = all.flatMap((key) => {
    const [a, b] = [before.get(key) as KubeObject | undefined, after.get(key) as KubeObject | undefined]
    if (deepEqual(a, b)) return []
    return [`${a ? (b ? '~' : '-') : '+'} ${key.replace('//', '/')}\n`]
  })
  context.out(lines.join(''))
  if (lines.length) exit(1)
}

function recoverState(context: OwnContext): void {
  const { file } = context.cluster
  const report = withLock(file, () => {
    const bytes = readBytes(file)
    if (!bytes) throw new CommandError(`there is no state file ${file}`)
    if (isWhole(file)) return undefined
    const result = recover(bytes, context.host.wallClock())
    if (!result.kept) throw new CommandError(`nothing in ${file} is whole; it was left as it is (\`kubesim cluster reset\` starts anew)`)
    const backup = keepBeside(file, '.damaged')
    replaceFile(file, result.parts)
    return { ...result, backup }
  })
  if (!report) {
    context.out(`nothing in ${file} is damaged\n`)
    return
  }
  for (const { line, why } of report.lost) context.out(`line ${line} left out: ${why}\n`)
  context.out(`${report.kept} entries recovered, ${report.lost.length} lines left out; the damaged file is kept as ${report.backup}\n`)
}

export const command: OwnCommand = {
  summary: 'Look at and steer the simulated cluster: its state file, its clock',
  define(program: Program, context: OwnContext, exit) {
    const resolve = (name: string) => path.resolve(context.host.cwd, name)
    program
      .command('info')
      .description('What is in the state file, and what the clock says')
      .action(() => info(context))
    program
      .command('init')
      .description('Make a fresh cluster where there is none')
      .option('--nodes <n>', 'number of nodes (default: $KUBESIM_NODES or 3)')
      .action((options: { nodes?: string }) => init(context, options))
    program
      .command('reset')
      .description('Throw the cluster away and start anew')
      .option('--nodes <n>', 'number of nodes (default: $KUBESIM_NODES or 3)')
      .action((options: { nodes?: string }) => reset(context, options))
    program
      .command('advance <duration>')
      .description('Move the clock forward and play everything that happens in between, e.g. 30s, 10m, 1h30m')
      .action((duration: string) => advance(context, duration))
    program
      .command('snapshot <file>')
      .description('Copy the state to a file, with a checksum')
      .action((file: string) => {
        writeSnapshot(context.cluster.file, resolve(file))
        context.out(`snapshot written to ${file}\n`)
      })
    program
      .command('restore <file>')
      .description('Make a snapshot the state again')
      .action((file: string) => {
        withLock(context.cluster.file, () => restoreSnapshot(resolve(file), context.cluster.file))
        context.out(`restored from ${file}\n`)
      })
    program
      .command('diff <from> [to]')
      .description('Objects that differ between two state files (or a file and the cluster); exit code 1 when any do')
      .action((from: string, to: string | undefined) => diff(context, from, to, exit))
    program
      .command('recover')
      .description('Save every whole object of a damaged state file')
      .action(() => recoverState(context))
  },
}
