// What `npm pack` would ship: only what runs, and it runs without the checkout, under either name.
import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const ROOT = path.join(__dirname, '..', '..')
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-package-'))
let files: string[] = []

beforeAll(() => {
  // Without its scripts: the build that npm test made before is packed as it is.
  const printed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], { cwd: ROOT, encoding: 'utf8' })
  const [{ filename, files: packed }] = Object.values(JSON.parse(printed)) as { filename: string; files: { path: string }[] }[]
  files = packed.map((f) => f.path)
  execFileSync('tar', ['-xzf', path.join(dir, path.basename(filename)), '-C', dir])
  for (const name of ['kubectl', 'kubesim']) fs.symlinkSync(path.join(dir, 'package', 'bin', 'kubesim'), path.join(dir, name))
}, 60_000)

afterAll(() => fs.rmSync(dir, { recursive: true, force: true }))

test('holds the program, the manifests, the page about it and the licence', () => {
  const unexpected = files.filter((f) => !/^(bin|dist|manifests)\/|^(README\.md|LICENSE|THIRD-PARTY[\w.-]*|package\.json)$/.test(f))
  expect(unexpected).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['bin/kubesim', 'dist/modules.js', 'README.md', 'LICENSE']))
})

test.each(['kubectl', 'kubesim'])('runs as %s', (name) => {
  const env = { PATH: process.env.PATH, HOME: dir, KUBESIM_STATE: path.join(dir, `${name}.json`) }
  const run = (...words: string[]) => spawnSync(path.join(dir, name), words, { cwd: path.join(dir, 'package'), env, encoding: 'utf8' })
  expect(run('create', '-f', 'manifests/go-demo-2-db-svc.yml').stdout).toBe('service/go-demo-2-db created\n')
  expect(run('get', 'svc', 'go-demo-2-db', '-o', 'jsonpath={.spec.ports[0].port}').stdout).toBe('27017')
  expect(run('trace', 'node-1', '10.96.0.1:443').stdout).toMatch(/^delivered to container kube-apiserver/m)
})
