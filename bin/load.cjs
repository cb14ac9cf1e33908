// Loads the bundle with V8's code cache, so that start-up compiles nothing that an earlier run compiled (Node 20 has no
// module.enableCompileCache). A cache of another V8 is refused by V8 itself and made anew.
'use strict'
const fs = require('node:fs')
const path = require('node:path')
const vm = require('node:vm')

const bundle = path.join(__dirname, '..', 'dist', 'kubesim.js')
const cache = `${bundle}.cache`

/** The bundle's exports, and the script to take a code cache from. */
function load() {
  const source = fs.readFileSync(bundle, 'latin1') // the bundle is pure ASCII
  let cachedData
  try {
    cachedData = fs.readFileSync(cache)
  } catch {
    cachedData = undefined
  }
  const wrapper = `(function (exports, require, module, __filename, __dirname) { ${source}\n})`
  const script = new vm.Script(wrapper, { filename: bundle, cachedData, importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER })
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, bundle, path.dirname(bundle))
  return { exports: module.exports, script, usedCache: cachedData !== undefined && !script.cachedDataRejected }
}

/** Keeps what is compiled by now for the next start; quietly does without where the package cannot be written. */
function keepCache(script) {
  const temporary = `${cache}.${process.pid}`
  try {
    fs.writeFileSync(temporary, script.createCachedData())
    fs.renameSync(temporary, cache)
  } catch {
    fs.rmSync(temporary, { force: true })
  }
}

module.exports = { load, keepCache }
