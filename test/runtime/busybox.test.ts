// Scripts that a real BusyBox ran, run by ours: output, errors and exit codes are the same.
import recorded from '../fixtures/busybox.json'
import { exec, start, testPod, testWorld } from './world'

interface Recorded {
  area: string
  script: string
  stdout: string
  stderr?: string
  exitCode?: number
}

describe.each(['shell', 'language', 'awk', 'sed', 'find'])('%s', (area) => {
  const scripts = (recorded.scripts as Recorded[]).filter((r) => r.area === area)

  test.each(scripts.map((r) => [r.script, r] as const))('%s', (script, { stdout, stderr = '', exitCode = 0 }) => {
    const world = testWorld()
    const pod = testPod('box', { command: ['sleep', '3600'], workingDir: '/work' })
    start(world, pod)
    exec(world, pod, 'mkdir', '-p', '/work')
    const result = exec(world, pod, 'sh', '-c', script)
    expect({ stdout: result.stdout, stderr: result.stderr, exitCode: result.exitCode }).toEqual({ stdout, stderr, exitCode })
  })
})
