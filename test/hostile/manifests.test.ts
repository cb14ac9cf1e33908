// Manifests, files, templates and patches made to hurt: each ends with kubectl's or the server's words, soon, and the state as it was.
import fs from 'node:fs'
import { BoundedRegExp, RegexpTooSlow } from '../../src/lib/bounded-regexp'
import { type Shell, shell } from '../commands/shell'
import { rounds, tried } from '../torture/tried'

let box: Shell
let state: Buffer

beforeAll(async () => {
  box = shell()
  await box.kubectl('create configmap web --from-literal=a=b')
  state = fs.readFileSync(box.path('state.json'))
})
afterAll(() => box.remove())

const lines = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join('')
const configMap = (rest: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n${rest}`
const replicas = (kind: string, count: number) =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: r}\nspec: {replicas: ${count}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}\n`

const MANIFESTS: [string, () => string, RegExp][] = [
  [
    'aliases of aliases',
    () => `a0: &a0 [${'x,'.repeat(9)}x]\n${lines(12, (i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(8)}*a${i}]\n`)}`,
    /document contains excessive aliasing/,
  ],
  [
    'merges of merges',
    () => `m0: &m0 {k: v}\n${lines(30, (i) => `m${i + 1}: &m${i + 1}\n  <<: [*m${i}, *m${i}]\n`)}`,
    /document contains excessive aliasing/,
  ],
  ['an anchor in itself', () => configMap('data: &a {<<: *a}\n'), /anchor 'a' value contains itself/],
  ['brackets without end', () => configMap(`data: ${'['.repeat(100_000)}`), /exceeded max depth of 10000/],
  [
    'deep JSON',
    () => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}}`,
    /^error: the input is nested too deeply|cannot unmarshal object/,
  ],
  ['dashes without end', () => '- '.repeat(50_000), /exceeded max depth of 10000/],
  [
    'more objects than one command takes',
    () => '---\na: b\n'.repeat(10_001),
    /holds 10001 objects, more than the 10000 of one command: split it/,
  ],
  [
    'an object larger than a request',
    () => configMap(`data:\n  a: ${'x'.repeat(4 << 20)}\n`),
    /RequestEntityTooLarge\): .*: Request entity too large: limit is 3145728/,
  ],
  [
    'a document of 100 MB',
    () => configMap(`data:\n${`  k: ${'x'.repeat(1 << 20)}\n`.repeat(100)}`),
    /Request entity too large: limit is 3145728/,
  ],
  [
    'JSON of 100 MB',
    () => JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'x'.repeat(100 << 20) } }),
    /Request entity too large/,
  ],
  [
    'more Pods than a cluster has room for',
    () => replicas('ReplicaSet', 2147483647),
    /spec.replicas: Invalid value: 2147483647: must be less than or equal to 150000/,
  ],
  [
    'the same of a StatefulSet',
    () => replicas('StatefulSet', 2147483647).replace('replicas', 'serviceName: x, podManagementPolicy: Parallel, replicas'),
    /spec.replicas: Invalid value: 2147483647: must be less than/,
  ],
  [
    'a kind named as the object’s own',
    () => 'apiVersion: v1\nkind: __proto__\nmetadata: {name: x}\n',
    /no matches for kind "__proto__" in version "v1"/,
  ],
  ['a field named as the object’s own', () => configMap('__proto__: {a: b}\n'), /unknown field "__proto__"/],
  [
    'a name with an escape and a right-to-left mark',
    () => configMap('').replace('name: x', 'name: "a\\e[31m\\u202e"'),
    /metadata.name: Invalid value: "a.*": a lowercase RFC 1123 subdomain/,
  ],
  ['NUL', () => configMap('data: {a: x\0y}\n'), /control characters are not allowed/],
  [
    'bytes of another encoding',
    () => Buffer.from(`\ufeff${configMap('')}`, 'utf16le').toString('latin1'),
    /control characters are not allowed/,
  ],
  ['tags of other languages', () => 'a: !!js/function "function(){}"\n', /kind not set/],
]

test.each(MANIFESTS)('a manifest with %s', async (_name, text, refusal) => {
  box.write('hostile.yml', text())
  const answer = await box.kubectl('create -f hostile.yml')
  expect(answer.slice(0, 2000)).toMatch(refusal)
  expect(answer).toMatch(/\[exit 1\]$/)
  expect(answer).not.toMatch(/\n +at |failed unexpectedly/)
  expect(fs.readFileSync(box.path('state.json')).equals(state)).toBe(true)
  tried('a manifest made to hurt', 1)
})

test.each([
  ['create -f /dev/zero', 'error: open /dev/zero: larger than 134217728 bytes'],
  ['create configmap x --from-file=/dev/zero', 'error: open /dev/zero: larger than 134217728 bytes'],
  ['get cm -o jsonpath-file=/dev/zero', 'error: error reading --template /dev/zero, open /dev/zero: larger than 134217728 bytes'],
  ['create -f /dev/null', 'error: no objects passed to create'],
  ['__proto__', 'unknown command "__proto__"'],
  ['constructor', 'unknown command "constructor"'],
  ['get __proto__', `error: the server doesn't have a resource type "__proto__"`],
  ['get cm -l __proto__=x', 'unable to parse requirement'],
  ['get cm -o constructor', 'unable to match a printer suitable for the output format "constructor"'],
])('%s', async (line, refusal) => {
  const answer = await box.kubectl(line)
  expect(answer).toContain(refusal)
  expect(answer).toMatch(/\[exit 1\]$/)
  tried('a command line made to hurt', 1)
})

test.each([
  ['that calls itself', '{{define "x"}}{{template "x"}}{{end}}{{template "x"}}', 'exceeded maximum template depth'],
  ['without end', '{{range 1000000000}}{{end}}', 'the template takes too long'],
  ['that doubles a text', '{{$x := "aaaaaaaaaa"}}{{range 60}}{{$x = print $x $x}}{{end}}', 'the text gets too long'],
  ['that prints without end', `{{range 1000000}}${'x'.repeat(1000)}{{end}}`, 'the template prints too much'],
  ['that asks for a constructor', '{{call .constructor}}', 'call of nil'],
])('a template %s', async (_name, template, refusal) => {
  box.write('template', template)
  expect((await box.kubectl('get cm web -o go-template-file=template')).slice(-3_000_000)).toContain(refusal)
  tried('a template made to hurt', 1)
})

test('every key is a key like any other, in manifests, patches, labels, templates and the state', async () => {
  const inner = shell()
  inner.write(
    'x.json',
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"p"},"data":{"__proto__":"1","constructor":"2","toString":"3"}}',
  )
  expect(await inner.kubectl('create -f x.json')).toBe('configmap/p created\n')
  expect(await inner.kubectl('get cm p -o jsonpath={.data.__proto__}{.data.constructor}{.data.toString}{.data.valueOf}')).toBe('123')
  expect(await inner.kubectl('get cm p -o go-template={{.data.__proto__}}{{.data.valueOf}}')).toBe('1<no value>')
  expect(await inner.kubectl('label cm p valueOf=x constructor=y')).toBe('configmap/p labeled\n')
  expect(await inner.kubectl('get cm -l constructor=y -o name')).toBe('configmap/p\n')
  expect(await inner.kubectl('get cm -l hasOwnProperty -o name')).toBe('')
  inner.write('patch', '{"data":{"__proto__":null,"hasOwnProperty":"4"}}')
  expect(await inner.kubectl('patch cm p --type=merge --patch-file=patch')).toBe('configmap/p patched\n')
  expect(await inner.kubectl('get cm p -o jsonpath={.data}')).toBe('{"constructor":"2","hasOwnProperty":"4","toString":"3"}')
  inner.remove()
})

test('a patch that copies what it copied is stopped', async () => {
  const copies = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/x', path: '/x/0' }))
  box.write('patch', JSON.stringify([{ op: 'add', path: '/x', value: ['y'.repeat(100)] }, ...copies]))
  expect(await box.kubectl('patch cm web --type=json --patch-file=patch')).toContain('The request is invalid')
  expect(fs.readFileSync(box.path('state.json')).equals(state)).toBe(true)
})

const levels = (count: number) => `${'{"a":'.repeat(count)}1${'}'.repeat(count)}`

test.each([
  ['a value of 10,000 levels', 'json', `[{"op":"add","path":"/data","value":${levels(10_000)}}]`, 'Maximum call stack size exceeded'],
  [
    'a list of 10,000 levels',
    'json',
    `[{op: add, path: /data, value: ${'['.repeat(10_000)}${']'.repeat(10_000)}}]`,
    'exceeded max depth of 10000',
  ],
  ['a path of 10,000 segments', 'json', `[{"op":"add","path":"/data${'/a'.repeat(10_000)}","value":"x"}]`, 'The request is invalid'],
  ['a test of 10,000 segments', 'json', `[{"op":"test","path":"/metadata${'/a'.repeat(10_000)}","value":"x"}]`, 'The request is invalid'],
  ['a move into itself', 'json', '[{"op":"move","from":"/metadata","path":"/metadata/labels/x"}]', 'The request is invalid'],
  ['10,000 levels', 'merge', levels(10_000), 'Maximum call stack size exceeded'],
  ['10,000 levels', 'strategic', levels(10_000), 'Maximum call stack size exceeded'],
])('a patch with %s (%s) is refused', async (_what, type, patch, refusal) => {
  box.write('patch', patch)
  expect((await box.kubectl(`patch cm web --type=${type} --patch-file=patch`)).slice(0, 500)).toContain(refusal)
  expect(fs.readFileSync(box.path('state.json')).equals(state)).toBe(true)
  tried('a patch made to hurt', 1)
})

test('thousands of Pods that find no room end soon', async () => {
  const inner = shell(1)
  const count = rounds(3000)
  const one = (i: number) => `---\n{apiVersion: v1, kind: Pod, metadata: {name: p${i}}, spec: {containers: [{name: c, image: busybox}]}}\n`
  inner.write('x.yml', lines(count, one))
  expect((await inner.kubectl('create -f x.yml')).split('\n')).toHaveLength(count + 1)
  inner.remove()
})

test('escape sequences in data do not reach the terminal', async () => {
  const inner = shell()
  inner.write('x.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {a: "\\e[2J\\rgone"}}\ndata: {a: "\\e[31mred"}\n')
  await inner.kubectl('create -f x.yml')
  const shown = (await inner.kubectl('describe cm x')) + (await inner.kubectl('get cm x -o custom-columns=A:.data.a'))
  expect(shown).toContain('^[[2J\\rgone')
  expect(shown).toContain('^[[31mred')
  expect(shown).not.toMatch(/[\x1b\r]/)
  inner.remove()
})

describe('regular expressions', () => {
  test.each([
    ['^(a+)+$', `${'a'.repeat(40)}!`],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
    ['(.*a){25}$', 'a'.repeat(80)],
  ])('%s is stopped', (source, text) => expect(() => new BoundedRegExp(source).test(text)).toThrow(RegexpTooSlow))

  test.each([
    ['(a+)(b+)', `${'x'.repeat(30)}aab`, ['aab', 'aa', 'b']],
    ['^[a-z]*-[0-9]+$', 'abcdefghijklmnopqrstuvwxyz-42', ['abcdefghijklmnopqrstuvwxyz-42']],
  ])('%s matches as ever', (source, text, found) => expect([...(new BoundedRegExp(source).exec(text) ?? [])]).toEqual(found))
})
