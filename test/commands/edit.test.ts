// What becomes of an edited text that is no object any more.
import fs from 'node:fs'
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(async () => {
  sh = shell()
  await sh.kubectl('create cm a --from-literal=k=v')
})
afterEach(() => sh.remove())

async function edited(script: string, words = ''): Promise<string> {
  const { out, err } = await sh.streams(`edit cm a ${words}`, { EDITOR: script })
  const kept = /stored to "([^"]*)"/.exec(err)?.[1]
  if (kept) fs.rmSync(kept)
  return out + err.replace(/stored to "[^"]*"/, 'kept')
}

const CANCELLED = 'A copy of your changes has been kept\nerror: Edit cancelled, no valid changes were saved.\n'
const INVALID = `error: configmaps "a" is invalid\n${CANCELLED}`

test.each([
  ['nothing is left', 'truncate -s 0', '', INVALID],
  ['nothing is left, unvalidated', 'truncate -s 0', '--validate=false', 'Edit cancelled, saved file was empty.\n'],
  ['only comments are left', 'sed -i s/^/#/', '', INVALID],
  ['no YAML', 'sed -i s/^data:.*/data/', '', INVALID],
  ['no YAML, unvalidated', 'sed -i s/^data:.*/data/', '--validate=false', CANCELLED],
  ['no kind', 'sed -i s/^kind:.*//', '', INVALID],
  ['a kind that is none', 'sed -i s/^kind:.*/kind:\\ Foo/', '', CANCELLED],
  [
    'another kind',
    'sed -i s/^kind:.*/kind:\\ Secret/',
    '',
    'A copy of your changes has been kept\nerror: At least one of apiVersion, kind and name was changed\n',
  ],
  ['a change', 'sed -i s/k:\\ v/k:\\ w/', '', 'configmap/a edited\n'],
  ['no change', 'true', '', 'Edit cancelled, no changes made.\n'],
])('%s', async (_name, script, words, said) => {
  expect(await edited(script, words)).toBe(said)
})
