// The lock: who is taken for dead, who is served next, and what is left behind.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { acquireLock } from '../../src/store/lock'
import { ownerName, thisProcess, verdictOn } from '../../src/store/lock-owner'

let dir: string
let file: string

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-lock-'))
  file = path.join(dir, 'state.json.lock')
})
afterEach(() => fs.rmSync(dir, { recursive: true, force: true }))

const NOBODY = 2 ** 22 + 1 // above every pid that Linux and macOS give
const mine = thisProcess()
const dead = mine.replace(/pid=\d+/, `pid=${NOBODY}`)
const reused = mine.replace(/start=\d*/, 'start=1')
const parent = `${mine.replace(/pid=\d+ start=\d*/, `pid=${process.ppid} start=`)} turn=9`
const elsewhere = mine.replace(/place=\S*/, 'place=other/1').replace(/host=\S*/, 'host=elsewhere')
const restarted = mine.replace(/place=\S*/, 'place=other/1')
const linux = process.platform === 'linux'

describe('a lock owner', () => {
  test.each<[string, string, number, string]>([
    ['this process', mine, 0, 'alive'],
    ['a live process', parent, 50_000, 'alive'],
    ['a process that is gone', dead, 0, 'dead'],
    ['a process whose number another has now', reused, 0, linux ? 'dead' : 'alive'],
    ['another host, lately seen', elsewhere, 9_000, 'unknown'],
    ['another host, long without a sign of life', elsewhere, 11_000, 'dead'],
    ['this host before its restart', restarted, 100, 'unknown'],
    ['this host before its restart, a second later', restarted, 900, 'dead'],
    ['a process of kubesim 0.1 that is gone', JSON.stringify({ pid: NOBODY, host: os.hostname() }), 0, 'dead'],
    ['nobody yet', '', 100, 'unknown'],
    ['nobody, a second later', '', 900, 'dead'],
    ['a text that is no owner', 'x'.repeat(1000), 900, 'dead'],
  ])('%s', (_name, owner, seen, verdict) => expect(verdictOn(owner, seen)).toBe(verdict))

  test('has a name for messages', () => expect(ownerName(elsewhere)).toBe(`process ${process.pid} on elsewhere`))
})

describe('the lock', () => {
  test('is there while held, readable as a name, and gone afterwards', () => {
    const lock = acquireLock(file)
    expect(fs.readlinkSync(file)).toContain(`pid=${process.pid} `)
    expect(lock.isHeld()).toBe(true)
    lock.release()
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test.each<[string, (link: string) => void]>([
    ['a dead process left the lock', (link) => fs.symlinkSync(dead, link)],
    [
      'a dead process left the lock in a year to come',
      (link) => {
        fs.symlinkSync(dead, link)
        fs.lutimesSync(link, 4e9, 4e9)
      },
    ],
    [
      'another died while it inherited',
      (link) => {
        fs.symlinkSync(dead, link)
        fs.symlinkSync(`${dead} turn=2`, `${link}.guard`)
      },
    ],
    [
      'two died while they inherited',
      (link) => {
        fs.symlinkSync(dead, link)
        fs.symlinkSync(`${dead} turn=2`, `${link}.guard`)
        fs.symlinkSync(`${dead} turn=3`, `${link}.guard.guard`)
      },
    ],
    ['a lock file of kubesim 0.1', (link) => fs.writeFileSync(link, JSON.stringify({ pid: NOBODY, host: os.hostname() }))],
    ['an empty lock file', (link) => fs.writeFileSync(link, '')],
    ['this process could not remove its own', (link) => fs.symlinkSync(`${mine} turn=0`, link)],
    ['the last one who waited left an empty queue', (link) => fs.mkdirSync(`${link}.queue`)],
    [
      'one who waited died',
      (link) => {
        fs.symlinkSync(dead, link)
        fs.mkdirSync(`${link}.queue`)
        fs.symlinkSync(`${dead} turn=2`, path.join(`${link}.queue`, '000000000001-1-1'))
      },
    ],
  ])('is had, and nothing is left: %s', (_name, leave) => {
    leave(file)
    const lock = acquireLock(file)
    expect(lock.isHeld()).toBe(true)
    lock.release()
    // A queue without anybody in it goes with the next who passes the lock on.
    acquireLock(file).release()
    expect(fs.readdirSync(dir)).toEqual([])
  })

  test('goes to the first in the queue who lives', () => {
    const lock = acquireLock(file)
    const queue = `${file}.queue`
    fs.mkdirSync(queue)
    fs.symlinkSync(dead, path.join(queue, '000000000001-1-1'))
    fs.symlinkSync(parent, path.join(queue, '000000000002-1-1'))
    fs.symlinkSync(`${parent}0`, path.join(queue, '000000000003-1-1'))
    lock.release()
    expect(fs.readlinkSync(file)).toBe(parent)
    expect(fs.readdirSync(queue)).toEqual(['000000000003-1-1'])
  })

  test('that somebody else took over is not released', () => {
    const lock = acquireLock(file)
    fs.rmSync(file)
    fs.symlinkSync(elsewhere, file)
    expect(lock.isHeld()).toBe(false)
    lock.release()
    expect(fs.readlinkSync(file)).toBe(elsewhere)
  })
})
