// What may be where the state file should be: each is one clear error that names the file and the remedy, and is left as it is.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { seededRandom } from '../../src/env'
import { Bytes } from '../../src/store/bytes'
import { readState, writeState } from '../../src/store/file'
import { DamagedState, Layout } from '../../src/store/layout'
import { relaid } from '../../src/store/migrate'
import { type Shell, shell } from '../commands/shell'
import { rounds, seed, tried } from '../torture/tried'

let box: Shell
let file: string
let whole: string

beforeAll(async () => {
  const first = shell()
  await first.kubectl('create configmap web --from-literal=a=b')
  whole = fs.readFileSync(first.path('state.json'), 'utf8')
  first.remove()
})
beforeEach(() => {
  box = shell()
  file = box.path('state.json')
})
afterEach(() => {
  jest.restoreAllMocks()
  box.remove()
})

const line = (key: string) => whole.split('\n').findIndex((l) => l.startsWith(`"${key}"`)) + 1
const web = () => line('configmaps/default/web')
const REMEDY = 'It was left as it is. `kubesim cluster recover` saves every whole object; `kubesim cluster reset` starts anew.\n[exit 1]'
const DAMAGED = 'error: the state file FILE is damaged at line'

/** The line of a configmap, changed. */
function changed(change: (line: string) => string): string {
  const lines = whole.split('\n')
  lines[web() - 1] = change(lines[web() - 1])
  return lines.join('\n')
}

describe('a damaged file', () => {
  test.each<[string, () => string, () => string]>([
    ['empty', () => '', () => `${DAMAGED} 1: the file is empty`],
    ['cut in its header', () => whole.slice(0, 40), () => `${DAMAGED} 1: the first line is not the header of a kubesim state file`],
    ['cut in the middle', () => whole.slice(0, whole.length >> 1), () => 'the file is cut short: its last line is not `}}`'],
    ['without its last newline', () => whole.slice(0, -1), () => 'the file is cut short: its last line is not `}}`'],
    [
      'one letter changed',
      () => changed((l) => l.replace('"a":"b"', '"a":"c"')),
      () => `${DAMAGED} ${web()}: the entry "configmaps/default/web" does not match its checksum`,
    ],
    [
      'one key changed',
      () => changed((l) => l.replace('default/web', 'default/wed')),
      () => `${DAMAGED} ${web()}: the entry "configmaps/default/wed" does not match`,
    ],
    [
      'a line twice',
      () => changed((l) => `${l}\n${l}`),
      () => `${DAMAGED} ${web() + 1}: the entry "configmaps/default/web" stands in it twice`,
    ],
    [
      'a header changed',
      () => whole.replace(/"resourceVersion":\d/, '"resourceVersion":9'),
      () => `${DAMAGED} 1: the header does not match its checksum`,
    ],
    [
      'a header without its numbers',
      () => whole.replace(/^.*\n/, '{"kubesim":{"format":2},"entries":{\n'),
      () => `${DAMAGED} 1: the header is not valid`,
    ],
    [
      'conflict markers of git',
      () => changed((l) => `<<<<<<< HEAD\n${l}\n=======\n${l}\n>>>>>>> theirs`),
      () => `${DAMAGED} ${web()}: a conflict marker of git stands in it`,
    ],
    ['bytes that are no text', () => changed((l) => `${l.slice(0, 60)}\u0000\u0001${l.slice(62)}`), () => `${DAMAGED} ${web()}: the entry`],
    ['another program’s file', () => 'export PATH=/bin\n', () => `${DAMAGED} 1: the first line is not the header of a kubesim state file`],
  ])('%s', async (_name, text, error) => {
    fs.writeFileSync(file, text())
    for (const command of ['get pods', 'create configmap other', 'delete ns default']) {
      const answer = (await box.kubectl(command)).replaceAll(file, 'FILE')
      expect(answer).toContain(error())
      expect(answer.startsWith(`${DAMAGED} `)).toBe(true)
      expect(answer.endsWith(REMEDY)).toBe(true)
    }
    expect(fs.readFileSync(file, 'utf8')).toBe(text())
    expect(fs.readdirSync(path.dirname(file))).toEqual(['state.json'])
  })

  test('a line edited by hand counts when the blanks before its value are taken away', async () => {
    fs.writeFileSync(
      file,
      changed((l) => l.replace(/:[ \t]+/, ':').replace('"a":"b"', '"a":"by hand"')),
    )
    expect(await box.kubectl('get cm web -o jsonpath={.data.a}')).toBe('by hand')
  })

  test('recover saves what is whole, says what it left out, and keeps the damaged file', async () => {
    const damaged = changed((l) => l.replace('"a":"b"', '"a":"c"')).slice(0, -30)
    fs.writeFileSync(file, damaged)
    const answer = await box.kubectl('cluster recover')
    expect(answer).toContain(`line ${web()} left out: configmaps/default/web does not match its checksum\n`)
    expect(answer).toContain('2 lines left out; the damaged file is kept as ')
    expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe(damaged)
    expect(await box.kubectl('get ns -o name')).toContain('namespace/default\n')
    expect(await box.kubectl('cluster recover')).toBe(`nothing in ${file} is damaged\n`)
  })

  test('reset keeps what it could not read', async () => {
    fs.writeFileSync(file, 'a letter\n')
    expect(await box.kubectl('cluster reset')).toBe(`a fresh cluster is in ${file}\nthe damaged file is kept as ${file}.damaged\n`)
    expect(fs.readFileSync(`${file}.damaged`, 'utf8')).toBe('a letter\n')
  })
})

describe('another layout', () => {
  test.each<[string, () => string]>([
    ['of format 1, without checksums', () => whole.replace('"format":2', '"format":1').replace(/(^\{"kubesim":|":)[ \t]+/gm, '$1')],
    ['reformatted by a JSON tool', () => JSON.stringify(JSON.parse(whole), null, 2)],
    ['on one line', () => JSON.stringify(JSON.parse(whole))],
  ])('is read, and kept when it is written: %s', async (_name, text) => {
    fs.writeFileSync(file, text())
    expect(await box.kubectl('get cm web -o jsonpath={.data.a}')).toBe('b')
    expect(fs.readFileSync(file, 'utf8')).toBe(text())
    expect(await box.kubectl('label cm web x=y')).toBe('configmap/web labeled\n')
    expect(fs.readFileSync(`${file}.before-format-2`, 'utf8')).toBe(text())
    expect(fs.readFileSync(file, 'utf8')).toMatch(/^\{"kubesim":[ \t]{16}\{.*"format":2/)
    expect(await box.kubectl('get cm web -o jsonpath={.data.a}{.metadata.labels.x}')).toBe('by')
  })

  test('of a newer kubesim is refused', async () => {
    fs.writeFileSync(file, whole.replace('"format":2', '"format":77').replace(/^\{"kubesim":[ \t]+/, '{"kubesim":'))
    expect(await box.kubectl('get pods')).toBe(
      `error: the state file ${file} is of format 77; this kubesim reads up to 2: update kubesim\n[exit 1]`,
    )
  })
})

const IRREGULAR = 'is a socket or a device, not a regular file; name a file with --state or $KUBESIM_STATE'

describe('no regular file', () => {
  test.each<[string, (file: string) => void, string]>([
    ['a directory', (f) => fs.mkdirSync(f), 'is a directory; name a file in it with --state or $KUBESIM_STATE'],
    ['a FIFO', (f) => execFileSync('mkfifo', [f]), IRREGULAR],
    ['a link to a device', (f) => fs.symlinkSync('/dev/zero', f), IRREGULAR],
    ['a link to itself', (f) => fs.symlinkSync(f, f), 'too many levels of symbolic links'],
  ])('%s', async (_name, make, error) => {
    make(file)
    for (const command of ['get pods', 'create configmap x', 'cluster reset'])
      expect(await box.kubectl(command)).toMatch(
        new RegExp(`^error: cannot (read|write) the state file .*: ${error.replace('$', '\\$')}\n\\[exit 1\\]$`),
      )
    expect(fs.lstatSync(file).isFile()).toBe(false)
    expect(fs.readdirSync(path.dirname(file))).toEqual(['state.json'])
  })

  test('a socket', async () => {
    const server = net.createServer().listen(file)
    await new Promise((resolve) => server.once('listening', resolve))
    expect(await box.kubectl('get pods')).toContain(IRREGULAR)
    server.close()
  })

  test('a path through a file', async () => {
    fs.writeFileSync(box.path('plain'), '')
    expect(await box.kubectl(`get pods --state ${box.path('plain')}/state.json`)).toContain('a part of its path is not a directory')
  })

  test('a file larger than any state', async () => {
    fs.writeFileSync(file, '')
    fs.truncateSync(file, 5 * 1024 ** 3)
    expect(await box.kubectl('get pods')).toContain('it has 5368709120 bytes, more than any state; name a file')
  })
})

describe('a link', () => {
  test('is followed and stays; every name of a state has one lock', async () => {
    fs.mkdirSync(box.path('real'))
    fs.symlinkSync('real/cluster.json', file)
    await box.kubectl('create configmap web')
    await box.kubectl('label cm web a=b')
    expect(fs.readlinkSync(file)).toBe('real/cluster.json')
    expect(fs.readdirSync(box.path('real'))).toEqual(['cluster.json'])
  })
})

describe('somebody else’s file', () => {
  test('is not used unasked', async () => {
    fs.writeFileSync(file, whole)
    const me = process.geteuid!()
    jest.spyOn(process, 'geteuid').mockReturnValue(me + 1)
    expect(await box.kubectl('get pods')).toBe(
      `error: the state file ${file} belongs to another user (uid ${me}, and this is uid ${me + 1}); copy it and name the copy with --state, or set KUBESIM_ANY_OWNER=1 to use it all the same\n[exit 1]`,
    )
  })
})

describe('modes', () => {
  test.each([0o000, 0o022, 0o077, 0o777])('state and directory are their owner’s alone under umask %o', async (umask) => {
    const before = process.umask(umask)
    try {
      await box.kubectl(`create configmap web --state ${box.path('new/state.json')}`)
      await box.kubectl(`cluster snapshot ${box.path('copy.json')} --state ${box.path('new/state.json')}`)
    } finally {
      process.umask(before)
    }
    const mode = (name: string) => (fs.statSync(box.path(name)).mode & 0o777).toString(8)
    expect([mode('new'), mode('new/state.json'), mode('copy.json')]).toEqual(['700', '600', '600'])
  })
})

describe('snapshots', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    ['whole', (t) => t, /^restored from /],
    ['one letter changed', (t) => t.replace('"a":"b"', '"a":"c"'), /is damaged: its checksum does not match; nothing was restored/],
    [
      'a line left out',
      (t) => t.replace(/"configmaps\/default\/web".*\n/, ''),
      /is damaged: its checksum does not match; nothing was restored/,
    ],
    [
      'a counter changed',
      (t) => t.replace(/("resourceVersion":)\d+/, '$19'),
      /is not a snapshot: the header does not match its checksum \(line 1\)/,
    ],
    ['cut short', (t) => t.slice(0, 5000), /is not a snapshot: the file is cut short/],
    ['a state file', () => whole, /is not a snapshot: it carries no checksum/],
    ['empty', () => '', /is not a snapshot: the file is empty/],
  ])('%s', async (_name, change, answer) => {
    fs.writeFileSync(file, whole)
    const copy = box.path('copy.json')
    expect(await box.kubectl(`cluster snapshot ${copy}`)).toBe(`snapshot written to ${copy}\n`)
    fs.writeFileSync(copy, change(fs.readFileSync(copy, 'utf8')))
    await box.kubectl('delete cm web')
    const before = fs.readFileSync(file, 'utf8')
    const said = await box.kubectl(`cluster restore ${copy}`)
    expect(said).toMatch(answer)
    if (!said.startsWith('restored')) expect(fs.readFileSync(file, 'utf8')).toBe(before)
    else expect(await box.kubectl('get cm web -o jsonpath={.data.a}')).toBe('b')
  })

  test('the state is not its own snapshot, and a damaged state has none', async () => {
    fs.writeFileSync(file, whole)
    expect(await box.kubectl(`cluster snapshot ${file}`)).toContain('is the state file itself')
    fs.writeFileSync(file, whole.slice(0, -20))
    expect(await box.kubectl('cluster snapshot copy.json')).toContain('is damaged at line')
    expect(fs.existsSync(box.path('copy.json'))).toBe(false)
  })
})

test('every bit of a state file is watched', () => {
  const bytes = Buffer.from(whole)
  const random = seededRandom(seed)
  const times = rounds(10_000)
  const missed: number[] = []
  for (let i = 0; i < times; i++) {
    const bit = Math.floor(random.next() * bytes.length * 8)
    bytes[bit >> 3] ^= 1 << (bit & 7)
    try {
      relaid(Bytes.of(bytes)).layout.checkAll()
      missed.push(bit)
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedState)
    }
    bytes[bit >> 3] ^= 1 << (bit & 7)
  }
  expect(missed).toEqual([])
  tried('a bit of the state file flips', times)
}, 300_000)

test('what kubesim wrote is not read whole again', () => {
  fs.writeFileSync(file, whole)
  const state = readState(file)!
  state.set('configmaps/default/more', { a: 1 })
  writeState(file, state)
  const checked = jest.spyOn(Layout.prototype, 'checkAll')
  readState(file)!.close()
  expect(checked).not.toHaveBeenCalled()
  const somebodyElses = Math.floor(Date.now() / 1000) + 0.001
  fs.utimesSync(file, somebodyElses, somebodyElses)
  readState(file)!.close()
  expect(checked).toHaveBeenCalled()
  checked.mockRestore()
})
