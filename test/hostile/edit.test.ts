// Editors made to hurt: whatever they do to the file, edit ends, says what was wrong, and the state is as it was.
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from '../commands/shell'
import { tried } from '../torture/tried'

jest.setTimeout(60_000)

const KUBESIM = path.join(__dirname, '..', '..', 'bin', 'kubesim')
let box: Shell
let before: Buffer
beforeEach(async () => {
  box = shell()
  await box.kubectl('create configmap web --from-literal=a=b')
  before = fs.readFileSync(box.path('state.json'))
})
afterEach(() => {
  fs.rmSync(fs.readFileSync(box.path('edited'), 'utf8').trim(), { recursive: true, force: true })
  box.remove()
})

async function edit(script: string): Promise<string> {
  box.write('editor', `#!/bin/sh\necho "$1" >edited\n${script}\n`)
  fs.chmodSync(box.path('editor'), 0o755)
  const { out, err, code } = await box.streams('edit configmap web', { EDITOR: box.path('editor'), PATH: process.env.PATH ?? '' })
  return `${out}${err}[exit ${code}]`
}

test.each([
  ['empties it', ': >"$1"', /is invalid\n.*\nerror: Edit cancelled, no valid changes were saved\.\n\[exit 1\]$/],
  ['changes nothing', 'touch "$1"', /Edit cancelled, no changes made\.\n\[exit 0\]$/],
  ['takes it away', 'rm "$1"', /error: open \/.*\/kubectl-edit-\d+\.yaml: no such file or directory\n\[exit 1\]$/],
  ['makes a directory of it', 'rm "$1"; mkdir "$1"', /is a directory\n\[exit 1\]$/],
  ['leads it to what never ends', 'ln -sf /dev/zero "$1"', /larger than 134217728 bytes\n\[exit 1\]$/],
  ['fills it', 'head -c 150000000 /dev/zero >"$1"', /larger than 134217728 bytes\n\[exit 1\]$/],
  ['dies', 'kill -9 $$', /there was a problem with the editor .*\n\[exit 1\]$/],
  ['is ended', 'kill -TERM $$', /there was a problem with the editor .*\n\[exit 1\]$/],
  ['fails', 'sed -i s/b/c/ "$1"; exit 3', /there was a problem with the editor .*\n\[exit 1\]$/],
  ['leaves garbage', 'printf "\\377\\376garbage: [" >"$1"', /no valid changes were saved|control characters|invalid/],
  ['takes the name away', 'sed -i /name:/d "$1"', /\[exit 1\]$/],
])('an editor that %s', async (_what, script, says) => {
  const answer = await edit(script)
  expect(answer).toMatch(says)
  expect(answer).not.toMatch(/failed unexpectedly/)
  expect(fs.readFileSync(box.path('state.json')).equals(before)).toBe(true)
  tried('an editor made to hurt', 1)
})

test('others write while the editor is open, and both changes are kept', async () => {
  const other = `HOME=${box.dir} KUBESIM_STATE=${box.path('state.json')} "${process.execPath}" "${KUBESIM}" label configmap web z=1`
  expect(await edit(`${other} || exit 1\nsed -i 's/a: b/a: c/' "$1"`)).toBe('configmap/web edited\n[exit 0]')
  expect(await box.kubectl('get configmap web -o jsonpath={.data.a}{.metadata.labels.z}')).toBe('c1')
  tried('an editor made to hurt', 1)
})
