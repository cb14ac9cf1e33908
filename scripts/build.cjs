// Bundles src/ into dist/kubesim.js (one file; modules in it are evaluated only when a command asks for them) and warms its code cache.
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const esbuild = require('esbuild')

const root = path.join(__dirname, '..')

/** JSON files stay files beside the bundle: inside it every start would pay for text that few commands read. */
const dataFiles = {
  name: 'data-files',
  setup(build) {
    build.onLoad({ filter: /\.json$/ }, ({ path: file }) => {
      if (file.includes('node_modules')) return undefined
      const name = path.basename(file)
      fs.mkdirSync(path.join(root, 'dist'), { recursive: true })
      fs.writeFileSync(path.join(root, 'dist', name), JSON.stringify(JSON.parse(fs.readFileSync(file, 'utf8'))))
      return {
        contents: `module.exports = () => require('node:fs').readFileSync(require('node:path').join(__dirname, ${JSON.stringify(name)}), 'utf8')`,
      }
    })
  },
}

/** Node's larger modules are loaded by the first use of something in them: node:net and node:crypto alone cost as much as all of ours. */
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(build) {
    const filter = /^node:(child_process|crypto|dgram|http|https|net|os|readline|stream|tls|tty|url|util|worker_threads|zlib)$/
    build.onResolve({ filter }, ({ path: name, kind }) => (kind === 'require-call' ? undefined : { path: name, namespace: 'lazy' }))
    build.onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path: name }) => ({
      // A getter a name, so that importing copies getters and loads nothing.
      contents: `let loaded
for (const key of ${JSON.stringify(Object.keys(require(name)))})
  Object.defineProperty(exports, key, { enumerable: true, get: () => (loaded ??= require(${JSON.stringify(name)}))[key] })`,
      loader: 'js',
    }))
  },
}

async function main() {
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outfile: 'dist/kubesim.js',
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: !process.env.KUBESIM_BUILD_READABLE, // readable for profiles
    external: ['just-bash'],
    plugins: [dataFiles, lazyBuiltins],
    logLevel: 'warning',
  })
  warmCache()
}

/** The cache holds the functions that ran: those of the everyday commands. */
function warmCache() {
  const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-build-'))
  try {
    execFileSync(process.execPath, [path.join(__dirname, 'warm-cache.cjs')], {
      env: { ...process.env, KUBESIM_STATE: path.join(scratch, 'state.json'), HOME: scratch, KUBECONFIG: '' },
      cwd: root,
      stdio: ['ignore', 'ignore', 'ignore'],
    })
  } finally {
    fs.rmSync(scratch, { recursive: true, force: true })
  }
}

main()
