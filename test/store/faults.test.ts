// Every file operation of a command that changes something fails once, with every error: the state is as before or as after, as the
// exit code says, nothing is left beside it, and the next command works.
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from '../commands/shell'
import { inject } from '../torture/inject.cjs'
import { isWhole, tried } from '../torture/tried'

const ERRORS = ['EIO', 'ENOSPC', 'EDQUOT', 'EACCES', 'EMFILE', 'EROFS', 'EINTR']

let box: Shell
let dir: string
let file: string

beforeEach(async () => {
  box = shell()
  file = box.path('state.json')
  dir = path.dirname(file)
  await box.kubectl('create configmap web')
  await box.kubectl('cluster snapshot copy.json')
})
afterEach(() => box.remove())

async function faulty(command: string, fault: (count: number, name: string) => string | undefined, reads = false): Promise<string> {
  const undo = inject(dir, fault, undefined, reads)
  try {
    return await box.kubectl(command)
  } finally {
    undo()
  }
}

test.each<[string, string]>([
  ['create', 'create configmap new'],
  ['delete', 'delete configmap web'],
  ['advance', 'cluster advance 30s'],
  ['restore', 'cluster restore copy.json'],
  ['reset', 'cluster reset'],
  ['snapshot', 'cluster snapshot other.json'],
])(
  '%s',
  async (_name, command) => {
    const before = fs.readFileSync(file)
    const names: string[] = []
    await faulty(command, (_count, name) => void names.push(name))
    const after = fs.readFileSync(file)
    expect(names).toContain('renameSync')
    let times = 0
    for (const [at, name] of names.entries()) {
      for (const error of isWhole ? ERRORS : [ERRORS[at % ERRORS.length]]) {
        times++
        fs.rmSync(box.path('other.json'), { force: true })
        fs.writeFileSync(file, before)
        const answer = await faulty(command, (count) => (count === at + 1 ? error : undefined))
        const which = `${error} at operation ${at + 1}, ${name}: ${answer}`
        const now = fs.readFileSync(file)
        const failed = answer.endsWith('[exit 1]')
        if (failed) {
          expect([which, now.equals(before)]).toEqual([which, true])
          expect(answer).toMatch(/^error: cannot write the (state file|snapshot) \S+: [a-z /-]+(; [a-z $_A-Z-]+)?\n\[exit 1\]$/)
        } else if (command !== 'cluster snapshot other.json') expect([which, now.length]).toEqual([which, after.length])
        // What could not be removed goes with the next command.
        expect([which, await box.kubectl('label cm kube-root-ca.crt a=b --overwrite')]).toEqual([which, expect.stringMatching(/labeled/)])
        expect([which, fs.readdirSync(dir).filter((n) => !['state.json', 'copy.json', 'other.json'].includes(n))]).toEqual([which, []])
      }
    }
    tried('a file operation fails with EIO, ENOSPC, EDQUOT, EACCES, EMFILE, EROFS or EINTR', times)
  },
  300_000,
)

test.each([
  ['read', 'get configmap web -o name', 'configmap/web\n'],
  ['write', 'create configmap new', 'configmap/new created\n'],
  ['compare', 'cluster diff copy.json', expect.any(String)],
  ['look', 'cluster info', expect.any(String)],
])(
  'looking at files to %s',
  async (_name, command, answered) => {
    const before = fs.readFileSync(file)
    const names: string[] = []
    await faulty(command, (_count, name) => void names.push(name), true)
    expect(names.length).toBeGreaterThan(3)
    let times = 0
    for (const [at, name] of names.entries()) {
      for (const error of isWhole ? ERRORS : [ERRORS[at % ERRORS.length]]) {
        times++
        fs.writeFileSync(file, before)
        const answer = await faulty(command, (count) => (count === at + 1 ? error : undefined), true)
        const which = `${error} at operation ${at + 1}, ${name}: ${answer}`
        if (answer.endsWith('[exit 1]')) {
          expect(answer).toMatch(/^error: /)
          expect(answer).not.toMatch(/failed unexpectedly|injected/)
          expect([which, fs.readFileSync(file).equals(before)]).toEqual([which, true])
        } else expect([which, answer]).toEqual([which, answered])
        expect([which, await box.kubectl('label cm kube-root-ca.crt a=b --overwrite')]).toEqual([which, expect.stringMatching(/labeled/)])
        expect([which, fs.readdirSync(dir).filter((n) => !['state.json', 'copy.json'].includes(n))]).toEqual([which, []])
      }
    }
    tried('a look at a file fails with EIO, ENOSPC, EDQUOT, EACCES, EMFILE, EROFS or EINTR', times)
  },
  300_000,
)
