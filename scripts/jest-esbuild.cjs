// Compiles TypeScript (and the ES modules Jest cannot load) for the tests with the bundler that also builds the program.
const crypto = require('node:crypto')
const fs = require('node:fs')
const esbuild = require('esbuild')

module.exports = {
  /** What was compiled before this file changed is compiled again. */
  getCacheKey: (source, file) => crypto.createHash('sha256').update(fs.readFileSync(__filename)).update(file).update(source).digest('hex'),
  process(source, file) {
    const loader = file.endsWith('.ts') ? 'ts' : 'js'
    const { code } = esbuild.transformSync(source, {
      loader,
      format: 'cjs',
      target: 'node20',
      supported: { 'dynamic-import': false },
      sourcemap: 'inline',
      sourcefile: file,
    })
    return { code }
  },
}
