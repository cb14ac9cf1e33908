// Compiles src/ module by module to functions that the packs of dist/ are made of. An import is carried out when something of it is first
// used, so that a command evaluates only the modules it runs through. The CommonJS text that esbuild makes of a module is rewritten;
// where that text is not what is expected, the build fails.
const fs = require('node:fs')
const { builtinModules } = require('node:module')
const path = require('node:path')
const esbuild = require('esbuild')

const IMPORT = /^var (\w+) = (?:__toESM\(require\("([^"]+)"\)\)|require\("([^"]+)"\));$/gm
const EXPORTS = /^var (\w+) = \{\};\n__export\(\1, \{\n([\s\S]*?)\n\}\);\nmodule\.exports = __toCommonJS\(\1\);\n/m
const EXPORT = /^ {2}(\w+): \(\) => ([\w.]+),?$/

/** The files reached from `entry`, the entry first, and the functions' text: `linked(id of a file)` is what stands in a pack. */
async function compileModules(entry) {
  const texts = new Map()
  const queue = [entry]
  for (const file of queue) {
    if (texts.has(file)) continue
    const { text, needs } = await compile(file)
    texts.set(file, text)
    queue.push(...needs)
  }
  const linked = (file, ids) => texts.get(file).replace(/\$use\("([^"]+)"\)/g, (_, needed) => `$use(${ids.get(needed)})`)
  return { files: [...texts.keys()], linked }
}

async function compile(file) {
  if (!file.endsWith('.ts')) return { text: await packageText(file), needs: [] }
  const { code } = await esbuild.transform(fs.readFileSync(file, 'utf8'), {
    loader: 'ts',
    format: 'cjs',
    target: 'node20',
    sourcefile: file,
  })
  const needs = []
  const text = lazily(code, file, (request) => {
    const target = resolve(file, request)
    if (path.isAbsolute(target) && !target.endsWith('.json')) needs.push(target)
    return target
  })
  return { text, needs }
}

/** The file behind an import, or the name of a module of Node. */
function resolve(file, request) {
  if (request.startsWith('node:') || builtinModules.includes(request)) return request
  if (!request.startsWith('.')) return require.resolve(request, { paths: [path.dirname(file)] })
  const base = path.resolve(path.dirname(file), request)
  const found = [base, `${base}.ts`, path.join(base, 'index.ts')].find((f) => fs.statSync(f, { throwIfNoEntry: false })?.isFile())
  if (!found) throw new Error(`${file}: cannot find ${request}`)
  return found
}

/** A package as one module in CommonJS form; `import` of it finds what it finds in Node. */
async function packageText(file) {
  const { outputFiles } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
  })
  return outputFiles[0].text
}

/** CommonJS text with lazy imports; exports become plain properties, as a getter would be a call at every use. */
function lazily(code, file, target) {
  const failure = (what) => new Error(`${file}: ${what}; scripts/modules.cjs does not know this form`)
  // esbuild's helpers stand before the exports; without exports the module is types alone.
  const found = EXPORTS.exec(code)
  if (!found) return ''
  let body = code.slice(found.index + found[0].length)
  const first = []
  const last = []
  for (const line of found[2].split('\n')) {
    const [, name, value] = EXPORT.exec(line) ?? []
    if (!name) throw failure(`the export ${line.trim()}`)
    if (value.includes('.')) first.push(`get ${name}() { return ${value} }`)
    else if (new RegExp(`^(async )?function\\*? ${value}\\(`, 'm').test(body)) first.push(`${name}: ${value}`)
    else {
      first.push(`${name}: void 0`)
      last.push(`module.exports.${name} = ${value};`)
    }
  }
  body = `module.exports = { ${first.join(', ')} };\n${body}${last.join('\n')}`
  const imports = new Map()
  body = body.replace(IMPORT, (_, name, whole, named) => {
    imports.set(name, { path: target(whole ?? named), whole: whole !== undefined })
    return `var ${name};`
  })
  body = body.replace(/\bimport\("([^"]+)"\)/g, (_, request) => `Promise.resolve().then(() => $use(${JSON.stringify(target(request))}))`)
  if (/(?<![.\w])require\("|^__reExport|(?<![.\w])import\("/m.test(body)) throw failure('an import for its effects or of everything')
  if (imports.size === 0) return body
  // `(0, a.f)(x)` keeps `this` from being a; the functions of modules use none.
  body = body.replace(/\(0, ((\w+)\.\w+)\)\(/g, (all, call, name) => (imports.has(name) ? `${call}(` : all))
  const names = new RegExp(`(?<!var )\\b(${[...imports.keys()].join('|')})\\b(\\.default\\b)?`, 'g')
  return body.replace(names, (_, name, byDefault = '') => {
    const { path: from, whole } = imports.get(name)
    if (byDefault && !whole) throw failure(`the default import of ${from}`)
    if (from.endsWith('.json')) return `$table(${JSON.stringify(path.basename(from))})`
    return `(${name} ??= ${path.isAbsolute(from) ? '$use' : 'require'}(${JSON.stringify(from)}))`
  })
}

module.exports = { compileModules }
