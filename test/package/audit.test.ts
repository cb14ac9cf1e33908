// The lock file pins every package by checksum, none of them runs a script at install but those that fetch a binary, and none is needed to run.
import { spawnSync } from 'node:child_process'
import path from 'node:path'

test('npm run audit finds nothing wrong', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(__dirname, '..', '..', 'scripts', 'audit.cjs')], {
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^\d+ packages to build and test with, 0 to run with\n/)
}, 60_000)
