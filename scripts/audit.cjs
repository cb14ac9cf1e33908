// `npm run audit`: what may come with the packages that build kubesim. The lock file's own promises always; known vulnerabilities where the
// registry tells of them (a mirror may not: it is said then, and is no failure). Exit code 1 for anything wrong.
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const { dependencies = {} } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
const { packages } = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
/** They bring a binary for the machine, and choose it at install. */
const MAY_INSTALL = ['esbuild', '@parcel/watcher', 'fsevents']

const wrong = []
const all = Object.entries(packages).filter(([place]) => place !== '')
for (const [place, { integrity, resolved, hasInstallScript }] of all) {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
  if (!/^sha512-/.test(integrity ?? '')) wrong.push(`${place} is not pinned by its checksum`)
  if (resolved !== undefined && !resolved.startsWith('https://')) wrong.push(`${place} comes from ${resolved}`)
  if (hasInstallScript && !MAY_INSTALL.includes(name)) wrong.push(`${place} runs a script at install`)
}
for (const name of Object.keys(dependencies)) wrong.push(`${name} is needed at run time`)
console.log(`${all.length} packages to build and test with, ${Object.keys(dependencies).length} to run with`)

const { stdout, stderr } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8' })
let report = {}
try {
  report = JSON.parse(stdout)
} catch {
  // Then it is no report.
}
const { vulnerabilities } = report.metadata ?? {}
if (vulnerabilities?.total > 0) wrong.push(`known vulnerabilities: ${JSON.stringify(vulnerabilities)}; see npm audit`)
else if (vulnerabilities) console.log('no known vulnerabilities')
else console.log(`this registry tells of no vulnerabilities: ${report.message ?? stderr.trim().split('\n')[0]}`.replace(/ - POST .*/, ''))

for (const line of wrong) console.error(line)
process.exitCode = wrong.length > 0 ? 1 : 0
