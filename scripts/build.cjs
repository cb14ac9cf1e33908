// Builds dist/ from src/: packs of modules for bin/kubesim, and the tables as JSON files beside them. What everyday commands read through
// is in packs of its own, so that starting one reads no more than that.
const crypto = require('node:crypto')
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const esbuild = require('esbuild')
const { compileModules } = require('./modules.cjs')

const root = path.join(__dirname, '..')
const dist = path.join(root, 'dist')
const src = path.join(root, 'src')

/** Command lines whose modules make the first packs, run in turn on one state. */
const SETUP = ['create -f manifests/go-demo-2.yml']
const READS = ['get pods', 'get pods -o wide', 'get svc kubernetes -o yaml', 'get ep -o json', 'get pods -o name', 'get rs']
const WRITES = [
  'get nodes',
  'create -f manifests/go-demo-2-api-svc.yml --namespace=kube-public',
  'expose rs go-demo-2-api --name=extra --port=8080 --type=NodePort',
  'label pod -l type=api a=b',
  'scale rs go-demo-2-api --replicas=2',
  'apply -f manifests/go-demo-2-api-svc.yml',
  'delete pod -l type=api',
  'delete -f manifests/go-demo-2.yml',
  'describe svc kubernetes',
]

async function main() {
  fs.rmSync(dist, { recursive: true, force: true })
  fs.mkdirSync(dist)
  for (const file of fs.readdirSync(src, { recursive: true })) {
    // Lines stay lines: src/lib/data.ts finds entries by them.
    if (file.endsWith('.json')) fs.copyFileSync(path.join(src, file), path.join(dist, path.basename(file)))
  }
  const modules = await compileModules(path.join(src, 'main.ts'))
  await writePacks(modules, [modules.files])
  const [reads, writes] = usedBy(modules.files)
  const rest = modules.files.filter((file) => !reads.has(file) && !writes.has(file))
  await writePacks(modules, [[...reads], [...writes].filter((file) => !reads.has(file)), rest])
}

/** Writes pack 0, 1, …; each a function that defines its modules. A module's number is its place over all packs. */
async function writePacks({ linked }, packs) {
  const ids = new Map(packs.flat().map((file, id) => [file, id]))
  const texts = []
  for (const files of packs) {
    const definitions = files.map(
      (file) => `// ${path.relative(root, file)}\n$define[${ids.get(file)}] = function (module, exports) {\n${linked(file, ids)}\n}`,
    )
    const text = `$pack = function ($define, $use, $text, require) {"use strict";\n${definitions.join('\n')}\n}`
    // Readable for profiles.
    const { code } = process.env.KUBESIM_BUILD_READABLE ? { code: text } : await esbuild.transform(text, { minify: true, target: 'node20' })
    // ASCII, which esbuild leaves in regular expressions as it is.
    texts.push(code.replace(/^\$pack ?= ?|;\n$/g, '').replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`))
  }
  const build = crypto.createHash('sha256').update(texts.join()).digest('hex').slice(0, 12)
  for (const [i, text] of texts.entries()) fs.writeFileSync(path.join(dist, `pack-${i}.js`), `/*${build}*/(${text})`)
}

/** The files evaluated by the reading and by the writing command lines. */
function usedBy(files) {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-build-'))
  const env = { ...process.env, KUBESIM_STATE: path.join(scratch, 'state.json'), HOME: scratch, KUBECONFIG: '', KUBESIM_CLOCK: 'frozen' }
  try {
    return [SETUP, READS, WRITES]
      .map((lines) => {
        execFileSync(process.execPath, [path.join(__dirname, 'used-modules.cjs'), ...lines], {
          env,
          cwd: root,
          // What it says is only worth reading when it fails; then it stands in the error.
          stdio: ['ignore', 'ignore', 'pipe'],
        })
        return new Set(
          fs
            .readFileSync(path.join(scratch, 'used'), 'utf8')
            .split(' ')
            .map((id) => files[id]),
        )
      })
      .slice(1)
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

main()
