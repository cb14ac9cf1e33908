// Bundles src/ into dist/kubesim.js (one file; modules in it are evaluated only when a command asks for them) and warms its code cache.
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const esbuild = require('esbuild')

const root = path.join(__dirname, '..')
esbuild.buildSync({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outfile: 'dist/kubesim.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  external: ['just-bash'],
  loader: { '.json': 'text' },
  logLevel: 'warning',
})

// The cache holds the functions that ran: those of the everyday commands.
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-build-'))
try {
  execFileSync(process.execPath, [path.join(__dirname, 'warm-cache.cjs')], {
    env: { ...process.env, KUBESIM_STATE: path.join(scratch, 'state.json'), HOME: scratch, KUBECONFIG: '' },
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
} finally {
  fs.rmSync(scratch, { recursive: true, force: true })
}
