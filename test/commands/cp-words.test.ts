// What cp says and how it ends, as upstream with a tar in the container.
import fs from 'node:fs'
import { type Shell, shell } from './shell'

let box: Shell
beforeAll(async () => {
  box = shell()
  await box.kubectl('run one --image=busybox -- sleep 9999')
  await box.kubectl('run web --image=nginx')
  box.mkdir('tree')
  box.write('file', 'text')
})
afterAll(() => box.remove())

const REMOVING = (part: string) => `tar: removing leading '${part}' from member names\n`

test.each([
  [
    'what is not there, as if it were',
    'cp one:/nope here',
    `${REMOVING('/')}tar: /nope: No such file or directory\ntar: error exit delayed from previous errors\n`,
  ],
  [
    'in the words of GNU',
    'cp web:nope here',
    'tar: nope: Cannot stat: No such file or directory\ntar: Exiting with failure status due to previous errors\n',
  ],
  ['a path that goes up and down', 'cp one:/tmp/../etc/hostname here', REMOVING('/tmp/../')],
  ['a path that goes up', 'cp one:../../etc/hostname here', REMOVING('../../')],
  ['onto a directory', 'cp one:etc/hostname ./tree', 'error: open tree: is a directory\n[exit 1]'],
  ['all there is', 'cp one:.. all', /^tar: removing|^warning: skipping symlink: "all\/dev\/stderr"/],
])('%s: %s', async (_name, line, output) => {
  const answer = await box.kubectl(line)
  if (typeof output === 'string') expect(answer).toBe(output)
  else expect(answer).toMatch(output)
})

test('it came', () => expect(fs.readFileSync(box.path('here'), 'utf8')).toBe('one\n'))

test('tar takes the flags that --no-preserve gives it', async () => {
  expect(
    await box.kubectl(
      'exec one -- sh -c "tar cf /tmp/a.tar -C /etc hostname && tar --no-same-permissions --no-same-owner -xmf /tmp/a.tar -C /tmp && cat /tmp/hostname"',
    ),
  ).toBe('one\n')
})
