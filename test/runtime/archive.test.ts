// What leaves a container through tar's pipe is what lies in it, byte for byte.
import { bytesOfText } from '../../src/lib/byte-text'
import { packed, unpacked } from '../../src/runtime/shell/commands/archive-format'
import { exec, start, testPod, testWorld } from './world'

const all = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255))

test('an archive holds what was put in', () => {
  const entries = [
    { name: 'd/', type: 'directory' as const, mode: 0o755, changedAt: 1_700_000_000, bytes: Buffer.alloc(0) },
    { name: 'd/a', type: 'file' as const, mode: 0o600, changedAt: 1_700_000_001, bytes: all },
    { name: `d/${'long/'.repeat(40)}x`, type: 'file' as const, mode: 0o644, changedAt: 1, bytes: Buffer.from('x') },
    { name: 'l', type: 'link' as const, mode: 0o777, changedAt: 0, bytes: Buffer.alloc(0), target: 'd/a' },
  ]
  expect(unpacked(packed(entries))).toEqual({ entries })
  expect(unpacked(packed(entries).subarray(0, 700)).problem).toBe('short')
  expect(unpacked(Buffer.from('no archive'.repeat(100))).problem).toBe('magic')
})

test('bytes go through a pipe of tars, a file and a shell', () => {
  const world = testWorld()
  const pod = testPod('box', { command: ['sleep', '3600'] })
  start(world, pod)
  const octal = [...all].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
  exec(world, pod, 'sh', '-c', `mkdir -p /in /out; printf '${octal}' > /in/all; chmod 640 /in/all; tar cf - -C / in | tar xf - -C /out`)
  expect(exec(world, pod, 'sh', '-c', 'cmp /in/all /out/in/all && ls -l /out/in/all | cut -c1-10; wc -c < /out/in/all').stdout).toBe(
    '-rw-r-----\n512\n',
  )
  const { stdout } = exec(world, pod, 'tar', 'czf', '-', '/in/all')
  expect(bytesOfText(stdout).subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]))
  const plain = exec(world, pod, 'tar', 'cf', '-', '/in/all')
  expect(plain.stderr).toBe("tar: removing leading '/' from member names\n")
  expect(unpacked(bytesOfText(plain.stdout)).entries).toMatchObject([{ name: 'in/all', mode: 0o640, bytes: all }])
})
