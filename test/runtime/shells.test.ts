// Scripts that a real bash, dash and BusyBox ash ran, run by ours: what one shell has and another refuses.
import recorded from '../fixtures/shells.json'
import { exec, start, testPod, testWorld } from './world'

type Shell = 'bash' | 'dash' | 'ash'

interface Recorded {
  area: string
  shell: Shell
  script: string
  stdout: string
  stderr?: string
  exitCode?: number
}

/** An image that has the shell, and the shell's name there. */
const SHELLS: Record<Shell, [image: string, name: string]> = {
  bash: ['debian:12', 'bash'],
  dash: ['debian:12', 'sh'],
  ash: ['busybox:1.36', 'sh'],
}

describe.each(['bash', 'dash', 'ash'] as const)('%s', (shell) => {
  const [image, name] = SHELLS[shell]
  const scripts = (recorded.scripts as Recorded[]).filter((r) => r.shell === shell)

  test.each(scripts.map((r) => [r.script, r] as const))('%s', (script, { stdout, stderr = '', exitCode = 0 }) => {
    const world = testWorld()
    const pod = testPod('box', { image, command: ['sleep', '3600'], workingDir: '/work' })
    start(world, pod)
    exec(world, pod, 'mkdir', '-p', '/work')
    const result = exec(world, pod, name, '-c', script)
    expect({ stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode }).toEqual({ stdout, stderr, exitCode })
  })
})
