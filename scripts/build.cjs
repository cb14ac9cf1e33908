// Builds dist/ from src/: the modules that bin/kubesim loads one by one, and the tables as JSON files beside them.
const crypto = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')
const esbuild = require('esbuild')
const { compileModules } = require('./modules.cjs')

const root = path.join(__dirname, '..')
const dist = path.join(root, 'dist')
const src = path.join(root, 'src')

/** Nodes of a cluster of which nobody says how many it is to have. */
const NODES = 3

async function main() {
  fs.rmSync(dist, { recursive: true, force: true })
  fs.mkdirSync(dist)
  for (const file of fs.readdirSync(src, { recursive: true })) {
    // Lines stay lines: src/lib/data.ts finds entries by them.
    if (file.endsWith('.json')) fs.copyFileSync(path.join(src, file), path.join(dist, path.basename(file)))
  }
  const modules = await compileModules(path.join(src, 'main.ts'))
  await writeModules(modules)
  fs.writeFileSync(path.join(dist, 'template.json'), ascii(JSON.stringify(await freshTemplate())))
}

/** The state of a fresh cluster of the usual size, with blanks: src/fresh. */
async function freshTemplate() {
  const { outputFiles } = await esbuild.build({
    entryPoints: [path.join(src, 'fresh/make.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  })
  const module = { exports: {} }
  new Function('module', 'exports', 'require', outputFiles[0].text)(module, module.exports, require)
  return module.exports.makeTemplate(NODES)
}

/**
 * Writes `modules.js`, one function a module on end, `modules.json`, where each starts, and `build`, which names what was built. A
 * module's number is its place; the first is the one to begin with.
 */
async function writeModules({ files, linked }) {
  const ids = new Map(files.map((file, id) => [file, id]))
  const texts = await Promise.all(files.map((file) => functionText(`function (module, exports) {\n${linked(file, ids)}\n}`, file)))
  const starts = [0]
  for (const text of texts) starts.push(starts[starts.length - 1] + text.length)
  fs.writeFileSync(path.join(dist, 'modules.js'), texts.join(''))
  fs.writeFileSync(path.join(dist, 'modules.json'), JSON.stringify(starts))
  fs.writeFileSync(path.join(dist, 'build'), crypto.createHash('sha256').update(texts.join()).digest('hex').slice(0, 12))
}

/** The text of a function, in ASCII, which esbuild leaves in regular expressions as it is. */
async function functionText(text, file) {
  const statement = `$module = ${text}`
  // Readable for profiles.
  const { code } = process.env.KUBESIM_BUILD_READABLE
    ? { code: `$module = // ${path.relative(root, file)}\n${text}` }
    : await esbuild.transform(statement, { minify: true, target: 'node20' })
  return ascii(code.replace(/^\$module ?= ?|;\n$/g, ''))
}

function ascii(text) {
  return text.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

main()
