// shareProcessNamespace: the containers of a Pod see and signal each other's processes, and none of them is process 1.
import type { Container } from '../../src/api/types'
import { containerRecord, signalContainer } from '../../src/runtime/containers'
import { execInContainer } from '../../src/runtime/exec'
import { logOf, start, testPod, testWorld } from './world'

function box(shared: boolean, script = 'sleep 1000') {
  const pod = testPod('p', { name: 'nginx', image: 'nginx:1.25' }, '10.244.0.9', shared ? { shareProcessNamespace: true } : {})
  const shell: Container = { ...pod.spec.containers[0], name: 'shell', image: 'busybox:1.36', command: ['sh', '-c', script] }
  pod.spec.containers.push(shell)
  const world = testWorld({ pods: [pod] })
  start(world, pod)
  start(world, pod, shell)
  const run = (command: string, at = shell) => {
    const result = execInContainer(world, pod, at, ['sh', '-c', command])
    return 'message' in result ? result.message : result.stdout + result.stderr
  }
  const exit = (name: string) => containerRecord(world, pod.metadata.uid, name)?.exit?.code
  return { world, pod, shell, run, exit }
}

test('ps shows the pause process and all containers', () => {
  expect(box(true).run('ps')).toBe(
    [
      'PID   USER     TIME  COMMAND',
      '    1 root      0:00 /pause',
      '    8 root      0:00 nginx: master process nginx -g daemon off;',
      '    9 root      0:00 nginx: worker process',
      '   38 root      0:00 sh -c sleep 1000',
      '   44 root      0:00 sh -c ps',
      '   45 root      0:00 ps',
      '',
    ].join('\n'),
  )
  expect(box(false).run('ps')).toBe(
    'PID   USER     TIME  COMMAND\n    1 root      0:00 sh -c sleep 1000\n    7 root      0:00 sh -c ps\n    8 root      0:00 ps\n',
  )
})

test('a shell knows its number', () => {
  const { world, pod } = box(true, 'echo $$$$')
  expect(logOf(world, pod, 'shell')).toEqual(['38'])
})

test('one container ends another, or only looks for it', () => {
  const { run, exit } = box(true)
  expect(run('kill -0 8 && echo there; kill -0 12 2>/dev/null || echo gone; kill 1; pidof nginx')).toBe('there\ngone\n8 9\n')
  expect([exit('nginx'), exit('shell')]).toEqual([undefined, undefined])
  run('kill -TERM 8')
  expect([exit('nginx'), exit('shell')]).toEqual([0, undefined])
})

test('alone it sees no other', () => {
  const { run, exit } = box(false)
  expect(run('kill 8')).toMatch(/No such process/)
  expect(exit('nginx')).toBeUndefined()
})

test.each([
  [true, 143],
  [false, undefined],
])('who is not process 1 (%s) ends of a signal without a handler', (shared, code) => {
  const { world, pod, shell } = box(shared)
  expect(signalContainer(world, pod, shell, 'SIGTERM')?.exit?.code).toBe(code)
})
