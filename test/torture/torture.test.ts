// The quick tenth of `npm run torture`: the built program killed at its file operations, killed at random, run many times at once.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

test('nothing is lost', () => {
  const script = path.join(__dirname, '..', '..', 'scripts', 'torture.cjs')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--quick'], { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout, stderr: '' })
  expect(stdout.match(/\| nothing \|/g)).toHaveLength(3)
}, 300_000)
