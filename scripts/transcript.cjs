// Plays a transcript (`$ command` lines with the output each must give) in a scratch state, and tells where an answer differs.
// In expected lines <ip>, <port>, <age>, <id> and <any> stand for what differs from run to run; runs of blanks match runs of blanks.
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')

/** The steps of a transcript's text: [{ command, expected, note }]. Lines of comment start with `# `. */
function parse(text) {
  const steps = []
  let note = []
  for (const line of text.split('\n')) {
    if (line.startsWith('$ ')) {
      steps.push({ command: line.slice(2), expected: [], note: note.join('\n') })
      note = []
    } else if (line.startsWith('# ')) note.push(line.slice(2))
    else if (steps.length && !(line === '' && note.length)) steps[steps.length - 1].expected.push(line)
  }
  for (const step of steps) while (step.expected[step.expected.length - 1] === '') step.expected.pop()
  return steps
}

const WILD = {
  '<ip>': String.raw`\d+\.\d+\.\d+\.\d+`,
  '<port>': String.raw`\d+`,
  '<age>': String.raw`(\d+[dhms])+`,
  '<id>': '[a-z0-9]{5,10}(-[a-z0-9]{5})?',
  '<any>': '.*',
}

function lineMatches(expected, actual) {
  const pattern = expected
    .replace(/\s+$/, '')
    .split(/(<ip>|<port>|<age>|<id>|<any>)/)
    .map((part) => WILD[part] ?? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ {2,}/g, ' +'))
    .join('')
  return new RegExp(`^${pattern}\\s*$`).test(actual)
}

/** A problem in words, or undefined when the output is as expected. A last expected line `...` allows anything more. */
function compare(expected, output) {
  const actual = output.replace(/\n$/, '').split('\n')
  const open = expected[expected.length - 1] === '...'
  const wanted = open ? expected.slice(0, -1) : expected
  if (!wanted.length && output === '') return undefined
  for (const [i, line] of wanted.entries()) {
    if (!lineMatches(line, actual[i] ?? ''))
      return `line ${i + 1}: expected ${JSON.stringify(line)}, got ${JSON.stringify(actual[i] ?? null)}`
  }
  if (!open && actual.length > wanted.length && output !== '') return `more output than expected: ${JSON.stringify(actual[wanted.length])}`
  return undefined
}

/** Where the machine has no curl: prints what the last argument, a URL, answers. */
const CURL = `#!${process.execPath}
fetch(process.argv[process.argv.length - 1]).then((r) => r.text()).then((t) => process.stdout.write(t), (e) => { console.error(String(e)); process.exitCode = 7 })
`

/** A scratch directory in which `kubectl` and `kubesim` mean this checkout; manifests/ and docs/ are this checkout's. */
function sandbox(variables) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-transcript-'))
  const bin = path.join(dir, 'bin')
  fs.mkdirSync(bin)
  for (const name of ['kubectl', 'kubesim']) {
    fs.writeFileSync(path.join(bin, name), `#!/bin/sh\nexec "${process.execPath}" "${path.join(root, 'bin', 'kubesim')}" "$@"\n`, {
      mode: 0o755,
    })
  }
  if (spawnSync('sh', ['-c', 'command -v curl']).status !== 0) fs.writeFileSync(path.join(bin, 'curl'), CURL, { mode: 0o755 })
  for (const name of ['manifests', 'docs']) fs.symlinkSync(path.join(root, name), path.join(dir, name))
  const env = {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH}`,
    HOME: dir,
    KUBESIM_STATE: path.join(dir, 'state.json'),
    NO_COLOR: '1',
  }
  for (const name of ['KUBECONFIG', 'KUBESIM_SEED', 'KUBESIM_CLOCK', 'KUBESIM_NODES', 'XDG_STATE_HOME', 'NODE_EXTRA_CA_CERTS'])
    delete env[name]
  Object.assign(env, variables)
  return { dir, env, remove: () => fs.rmSync(dir, { recursive: true, force: true }) }
}

function runStep(step, box) {
  const { stdout, stderr } = spawnSync('bash', ['-c', `exec 2>&1; ${step.command}`], {
    cwd: box.dir,
    env: box.env,
    encoding: 'utf8',
    timeout: 120_000,
  })
  return stdout + stderr
}

/**
 * Plays every step; `show` sees each with its output and problem. Returns how many differ. `variables` are set in the environment; `ended` is
 * told the directory before it goes: the state is there as state.json.
 */
function play(text, show, variables = {}, ended = () => {}) {
  const box = sandbox(variables)
  let wrong = 0
  try {
    for (const step of parse(text)) {
      const output = runStep(step, box)
      const problem = compare(step.expected, output)
      if (problem) wrong++
      show({ ...step, output, problem })
    }
    ended(box.dir)
  } finally {
    box.remove()
  }
  return wrong
}

module.exports = { parse, compare, play }
