// polinux/stress: the workload of the walkthroughs on memory. Its hogs take the memory they are told to, or are killed for it.
import type { ResourceRequirements } from '../../api/types'
import { quantityOf, quantityValue } from '../../lib/quantity'
import type { Image, ProcessContext, Step } from '../process'
import { executable } from './servers'

/** What a flag is called, how many hogs it means, and stress's own words for a number of them. */
const HOGS: [kind: string, ...flags: string[]][] = [
  ['cpu', '-c', '--cpu'],
  ['io', '-i', '--io'],
  ['vm', '-m', '--vm'],
  ['hdd', '-d', '--hdd'],
]
const VM_BYTES = 256 << 20
const UNITS: Record<string, number> = { b: 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 }
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_557_600 }

function option(argv: string[], ...names: string[]): string | undefined {
  for (const [i, word] of argv.entries()) {
    if (names.includes(word)) return argv[i + 1]
    const long = names.find((name) => name.startsWith('--') && word.startsWith(`${name}=`))
    if (long) return word.slice(long.length + 1)
  }
  return undefined
}

function scaled(text: string | undefined, units: Record<string, number>): number | undefined {
  const [, number, unit = ''] = /^(\d+)([a-z]?)$/i.exec(text ?? '') ?? []
  return number === undefined ? undefined : Number(number) * (unit === '' ? 1 : (units[unit.toLowerCase()] ?? 1))
}

/** Bytes the container may use; infinite without a limit. */
function memoryLimit({ container, pod }: ProcessContext): number {
  const limits = [container.resources, pod.spec.resources as ResourceRequirements | undefined].map((r) => r?.limits?.['memory'])
  return Math.min(...limits.map((limit) => (limit === undefined ? Number.POSITIVE_INFINITY : quantityValue(quantityOf(limit)))))
}

function start(context: ProcessContext): Step {
  const { argv, env } = context
  const count = (names: string[]) => scaled(option(argv, ...names), {}) ?? 0
  const counts = HOGS.map(([kind, ...flags]) => [kind, count(flags)] as const)
  context.log(`stress: info: [1] dispatching hogs: ${counts.map(([kind, n]) => `${n} ${kind}`).join(', ')}`)
  const hungry = counts.find(([kind]) => kind === 'vm')![1]
  // The kernel kills all of the container's processes when one takes too much.
  if (hungry * (scaled(option(argv, '--vm-bytes'), UNITS) ?? VM_BYTES) > memoryLimit(context))
    return { state: null, exit: { code: 137, signal: 9, reason: 'OOMKilled' } }
  const seconds = scaled(option(argv, '-t', '--timeout'), SECONDS)
  return seconds === undefined ? { state: null } : { state: seconds, wakeAt: env.now() + seconds * 1000 }
}

export const stress: Image = {
  repositories: ['polinux/stress'],
  command: ['stress'],
  sizeBytes: 4_041_495,
  userland: 'alpine',
  files: { '/usr/local/bin/stress': '' },
  program: (argv) =>
    executable(argv) === 'stress'
      ? {
          start,
          wake(seconds, context) {
            context.log(`stress: info: [1] successful run completed in ${String(seconds)}s`)
            return { state: seconds, exit: { code: 0 } }
          },
        }
      : undefined,
}
