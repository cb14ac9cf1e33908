// Where -f reads from, and kubectl's words for what cannot be read.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Shell, shell } from '../commands/shell'

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: here}\n'
let box: Shell
let server: http.Server
let address = ''
let closed = ''

beforeAll(async () => {
  box = shell()
  for (const dir of ['empty', 'full']) box.mkdir(dir)
  box.write('full/a.txt', 'not a manifest')
  box.write('full/b.yml', CONFIG)
  server = http.createServer((request, response) => {
    if (request.url === '/here.yml') response.end(CONFIG)
    else response.writeHead(404, 'Not Found').end()
  })
  const other = http.createServer()
  address = await listening(server)
  closed = await listening(other)
  other.close()
})
afterAll(() => {
  box.remove()
  server.close()
})

async function listening(on: http.Server): Promise<string> {
  await new Promise<void>((resolve) => on.listen(0, '127.0.0.1', resolve))
  return `127.0.0.1:${(on.address() as AddressInfo).port}`
}

const RECOGNISED = 'recognized file extensions are [.json .yaml .yml]'

test.each([
  ['a directory', '-f full', 'configmap/here created (dry run)\n'],
  ['a URL', '-f http://ADDRESS/here.yml', 'configmap/here created (dry run)\n'],
  ['a directory without manifests', '-f empty', `error: error reading [empty]: ${RECOGNISED}\n[exit 1]`],
  ['a directory without manifests after a file', '-f full -f empty', 'configmap/here created (dry run)\n'],
  ['two that are not there', '-f empty -f nope', `error reading [empty]: ${RECOGNISED}\nthe path "nope" does not exist\n[exit 1]`],
  ['a pattern that matches nothing', '-f nope*.yml', 'error: the path "nope*.yml" does not exist\n[exit 1]'],
  ['standard input twice', '-f - -f -', 'error: standard input cannot be used for multiple arguments\n[exit 1]'],
  [
    'a URL that is not there',
    '-f http://ADDRESS/gone.yml',
    'error: unable to read URL "http://ADDRESS/gone.yml", server reported 404 Not Found, status code=404\n[exit 1]',
  ],
  [
    'a server that is not there',
    '-f http://CLOSED/x.yml',
    'The connection to the server CLOSED was refused - did you specify the right host or port?\n[exit 1]',
  ],
])('%s', async (_name, files, expected) => {
  const here = (text: string) => text.replaceAll('ADDRESS', address).replaceAll('CLOSED', closed)
  expect(await box.kubectl(`create --dry-run=client ${here(files)}`)).toBe(here(expected))
})
