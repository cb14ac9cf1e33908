// Everyday commands as Debian's and BusyBox's run them: output, errors and exit codes are the same.
import recorded from '../fixtures/commands.json'
import { exec, start, testPod, testWorld } from './world'

type Shell = 'bash' | 'ash'

interface Recorded {
  shell: Shell
  script: string
  stdout: string
  stderr?: string
  exitCode?: number
}

const SHELLS: Record<Shell, [image: string, name: string]> = { bash: ['debian:12', 'bash'], ash: ['busybox:1.36', 'sh'] }

describe.each(['bash', 'ash'] as const)('the commands beside %s', (shell) => {
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
