// Writes THIRD-PARTY.txt: the licences of what the bundle takes in, which has to travel with it. `--print` prints it instead.
const fs = require('node:fs')
const path = require('node:path')
const esbuild = require('esbuild')

const root = path.join(__dirname, '..')

/** The packages whose files the bundle takes in, by their directories. */
async function bundled() {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'silent',
  })
  const inputs = Object.keys(metafile.inputs).map((file) => /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
  return [...new Set(inputs.filter(Boolean))].sort()
}

function notice(name) {
  const dir = path.join(root, 'node_modules', name)
  const { version, license } = JSON.parse(fs.readFileSync(path.join(dir, 'package.json'), 'utf8'))
  const file = fs.readdirSync(dir).find((entry) => /^licen[cs]e/i.test(entry))
  if (!file) throw new Error(`${name} ships no licence`)
  return `${name} ${version} (${license})\n\n${fs.readFileSync(path.join(dir, file), 'utf8').trim()}\n`
}

async function main() {
  const names = await bundled()
  const head = 'The program in this package takes in the following packages, each under the licence below its name.\n'
  const text = [head, ...names.map(notice)].join(`\n${'-'.repeat(78)}\n\n`)
  if (process.argv.includes('--print')) process.stdout.write(text)
  else fs.writeFileSync(path.join(root, 'THIRD-PARTY.txt'), text)
}

main()
