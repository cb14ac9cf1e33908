// Compiles TypeScript (and the ES modules Jest cannot load) for the tests with the bundler that also builds the program.
const esbuild = require('esbuild')

module.exports = {
  process(source, file) {
    const loader = file.endsWith('.ts') ? 'ts' : 'js'
    const { code } = esbuild.transformSync(source, { loader, format: 'cjs', target: 'node20', sourcemap: 'inline', sourcefile: file })
    return { code }
  },
}
