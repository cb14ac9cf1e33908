// Bundles src/ into dist/kubesim.js: one file, modules inside it evaluated only when a command asks for them.
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
