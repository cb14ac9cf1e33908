// The licences of what the bundle takes in travel with it, and the package asks for nothing and runs nothing when it is installed.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

const root = path.join(__dirname, '..', '..')
const read = (name: string) => fs.readFileSync(path.join(root, name), 'utf8')

test('THIRD-PARTY.txt is what npm run licences writes', () => {
  const written = execFileSync(process.execPath, [path.join(root, 'scripts', 'licences.cjs'), '--print'], { encoding: 'utf8' })
  expect(read('THIRD-PARTY.txt')).toBe(written)
  expect(written).toContain('Permission is hereby granted')
})

test('nothing runs when the package is installed, and every version is pinned by its checksum', () => {
  const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; dependencies?: Record<string, string> }
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual([])
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { integrity?: string; link?: boolean; optional?: boolean }>
  }
  const unpinned = Object.entries(lock.packages).filter(([name, p]) => name !== '' && !p.link && !p.integrity && !p.optional)
  expect(unpinned.map(([name]) => name)).toEqual([])
})
