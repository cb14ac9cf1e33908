// `kubectl cp` both ways with links, devices, pipes, huge names and huge files: nothing of the host is read that was not named, nothing is
// written outside of where the user wants it, and nothing is waited for that never comes.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from '../commands/shell'
import { tried } from '../torture/tried'

let box: Shell
const local = (...parts: string[]) => path.join(box.dir, ...parts)
const inside = (script: string) => box.kubectl(`exec web -- sh -c "${script}"`)

beforeEach(async () => {
  box = shell()
  await box.kubectl('run web --image=busybox -- sleep 9999')
  await box.kubectl('cluster advance 5s')
  fs.writeFileSync(local('secret'), 'of the host')
})
afterEach(() => box.remove())

/** Every file under a directory, links as what they name. */
function listing(folder: string, prefix = ''): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = prefix + entry.name
    if (entry.isSymbolicLink()) return [`${name} -> ${fs.readlinkSync(path.join(folder, entry.name))}`]
    return entry.isDirectory() ? listing(path.join(folder, entry.name), `${name}/`) : [name]
  })
}

test.each([
  ['absolute', '/etc/passwd'],
  ['upwards', '../../../../../../etc/passwd'],
  ['to a directory', '/'],
  ['to itself', 'link'],
  ['to another link', 'other'],
])('a link in a container, %s, is not copied out, nor followed', async (_name, target) => {
  expect(await inside(`mkdir -p /d/sub; cd /d; echo x > file; echo y > sub/z; ln -s ${target} link; ln -s link other; ln -s sub way`)).toBe(
    '',
  )
  const answer = await box.kubectl('cp web:/d out')
  expect(answer).toContain('warning: skipping symlink: "out/link"')
  expect(listing(local('out')).sort()).toEqual(['file', 'sub/z'])
  expect(answer).not.toContain('[exit')
  tried('a copy made to hurt', 1)
})

test('a directory that became a link leads no file elsewhere', async () => {
  await inside('mkdir -p /d; ln -s /tmp /d/way; echo x > /tmp/file')
  await box.kubectl('cp web:/d out')
  expect(listing(local('out'))).toEqual([])
  await box.kubectl('cp web:/d/way/../file other')
  expect(listing(box.dir).filter((name) => name.includes('..'))).toEqual([])
  tried('a copy made to hurt', 2)
})

test.each(['../escaped', 'a/../../escaped', '/../../escaped', './../escaped'])('a remote path %s stays in the container', async (name) => {
  box.write('file', 'text')
  box.mkdir('here')
  const answer = await box.kubectl(`cp file web:${name}`)
  expect(fs.existsSync(path.join(path.dirname(box.dir), 'escaped'))).toBe(false)
  expect(fs.existsSync(local('escaped'))).toBe(false)
  expect(answer).not.toContain('failed unexpectedly')
  tried('a copy made to hurt', 1)
})

test('links of this machine go in as links, and lead to what the container has', async () => {
  box.mkdir('in')
  fs.symlinkSync(local('secret'), local('in', 'absolute'))
  fs.symlinkSync('../secret', local('in', 'upwards'))
  fs.symlinkSync('.', local('in', 'loop'))
  fs.symlinkSync('/etc/hostname', local('in', 'name'))
  expect(await box.kubectl('cp in web:/in')).toBe('')
  const seen = await inside('cat /in/absolute /in/upwards /in/loop/loop/loop/upwards; cat /in/name')
  expect(seen).not.toContain('of the host')
  expect(seen).toContain('web\n')
  tried('a copy made to hurt', 4)
})

test('what never ends is refused, not waited for', async () => {
  box.mkdir('in')
  execFileSync('mkfifo', [local('in', 'fifo')])
  expect(await box.kubectl('cp in web:/in')).toContain('is not a regular file')
  expect(await box.kubectl('cp in/fifo web:/fifo')).toContain('is not a regular file')
  expect(await box.kubectl('cp /dev/zero web:/zero')).toContain('is not a regular file')
  tried('a copy made to hurt', 3)
})

test('more than one input may hold is refused, in one file or in many', async () => {
  box.mkdir('in')
  // Files that take no room here, but would there.
  for (const name of ['a', 'b', 'c']) {
    fs.writeFileSync(local('in', name), '')
    fs.truncateSync(local('in', name), 60 << 20)
  }
  expect(await box.kubectl('cp in web:/in')).toContain('larger than 134217728 bytes')
  fs.truncateSync(local('in', 'a'), 2 ** 31)
  expect(await box.kubectl('cp in/a web:/a')).toContain('larger than 134217728 bytes')
  expect(await inside('ls /in')).toContain('No such file')
  tried('a copy made to hurt', 2)
})

test('names as long as may be, and longer, and of any characters', async () => {
  const long = 'n'.repeat(255)
  await inside(`mkdir /d; echo x > /d/${long}`)
  expect(await box.kubectl('cp web:/d out')).not.toContain('[exit')
  expect(listing(local('out'))).toEqual([long])
  const answer = await box.kubectl(`cp web:/d/${long} ${'m'.repeat(300)}`)
  expect(answer).toMatch(/file name too long[\s\S]*\[exit 1\]$/)
  fs.writeFileSync(local('a \u001b[31m\u202e'), 'x')
  box.mkdir('odd')
  fs.renameSync(local('a \u001b[31m\u202e'), local('odd', 'a \u001b[31m\u202e'))
  const odd = await box.kubectl('cp odd web:/odd')
  expect(odd).not.toMatch(/[\x1b\u202e]/)
  expect(await box.kubectl('cp web:/odd back')).not.toContain('failed unexpectedly')
  expect(listing(local('back'))).toEqual(['a \u001b[31m\u202e'])
  tried('a copy made to hurt', 4)
})
