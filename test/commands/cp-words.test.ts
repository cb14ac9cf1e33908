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
    `tar: /nope: No such file or directory\ntar: error exit delayed from previous errors\n`,
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

test.each([
  ['busybox', "tar: can't open 'file': Permission denied\ncommand terminated with exit code 1\n[exit 1]"],
  [
    'nginx',
    'tar: file: Cannot open: Permission denied\ntar: Exiting with failure status due to previous errors\ncommand terminated with exit code 2\n[exit 2]',
  ],
])('a user who is not root copies where it may: %s', async (image, words) => {
  const pod = `user-${image}`
  await box.kubectl(`run ${pod} --image=${image} --overrides='{"spec":{"securityContext":{"runAsUser":1000}}}' -- sleep 9999`)
  expect(await box.kubectl(`cp file ${pod}:/etc/file`)).toBe(words)
  expect(await box.kubectl(`cp file ${pod}:/tmp/file`)).toBe('')
  expect(await box.kubectl(`exec ${pod} -- stat -c %u /tmp/file`)).toBe('1000\n')
})
