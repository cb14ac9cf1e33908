// What our own small functions answer in place of Node's modules, beside what those answer.
import crypto from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import fc from 'fast-check'
import { parseMember } from '../../src/lib/data'
import { isIP } from '../../src/lib/is-ip'
import { sha256 } from '../../src/lib/sha256'

test.each(['', 'abc', 'a'.repeat(55), 'a'.repeat(56), 'a'.repeat(64), 'default/web:httpTCP', 'µ'.repeat(1000)])('sha256 of %j', (text) => {
  expect(Buffer.from(sha256(text)).toString('hex')).toBe(crypto.createHash('sha256').update(text).digest('hex'))
})

test('sha256 of any text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      expect(Buffer.from(sha256(text)).toString('hex')).toBe(crypto.createHash('sha256').update(text).digest('hex'))
    }),
  )
})

const NEARLY = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc
    .array(fc.constantFrom('::', ':', '0', '12', 'ffff', 'fffff', '1.2.3.4', '.', '%', 'eth0', '256', '01', 'g'), { maxLength: 12 })
    .map((l) => l.join('')),
)

test('isIP of addresses, and of what nearly is one', () => {
  fc.assert(
    fc.property(NEARLY, (text) => expect([text, isIP(text)]).toEqual([text, net.isIP(text)])),
    { numRuns: 5000 },
  )
})

const SCHEMA = path.join(__dirname, '..', '..', 'src', 'schema')

test.each([
  ['schema.json', 'types'],
  ['schema.json', 'kinds'],
  ['go-types.json', undefined],
])('every member of %s %s is found by its line', (name, section) => {
  const text = fs.readFileSync(path.join(SCHEMA, name), 'utf8')
  const source = Object.assign(() => text, { part: (_: string, find: (whole: string) => string) => find(text) })
  const whole = JSON.parse(text)
  const members = section === undefined ? whole : whole[section]
  for (const key of Object.keys(members)) expect([key, parseMember(source, section, key)]).toEqual([key, members[key]])
  expect(parseMember(source, section, 'toString')).toBeUndefined()
})
