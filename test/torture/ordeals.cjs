// What is done to the built program: killed at every file operation, killed at any moment, run fifty times at once. Each ordeal
// answers how often it was tried and throws at the first thing lost.
'use strict'
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { run } = require('./program.cjs')

const KUBESIM = path.join(__dirname, '..', '..', 'bin', 'kubesim')

/** A directory with a state file in it, `body` on it, and the directory removed. */
async function inScratch(body) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-torture-'))
  try {
    return await body(dir, path.join(dir, 'state.json'))
  } finally {
    fs.rmSync(dir, { recursive: true, force: true })
  }
}

function demand(truth, complaint) {
  if (!truth) throw new Error(complaint)
}

async function must(line, state) {
  const { code, text } = await run(line, state)
  demand(code === 0, `kubectl ${line} ended with ${code}: ${text}`)
  return text
}

/** The names of the configmaps of one tag, read from a copy, so that every line of the file is looked at. */
async function saved(state, tag) {
  const copy = `${state}.copy`
  fs.copyFileSync(state, copy)
  fs.utimesSync(copy, 1, 1)
  const names = await must('get configmaps -o name', copy)
  fs.rmSync(copy)
  return names.split('\n').flatMap((name) => (name.startsWith(`configmap/${tag}-`) ? [Number(name.split('-').pop())] : []))
}

/** Runs a command that changes something as if nothing had happened; answers how long it took, ms. */
async function nextCommand(dir, state) {
  const started = performance.now()
  await must('label configmap kube-root-ca.crt a=b --overwrite', state)
  const took = performance.now() - started
  const left = fs.readdirSync(dir).filter((name) => !['state.json', 'copy.json', 'other.json'].includes(name))
  demand(left.length === 0, `left behind: ${left.join(', ')}`)
  return took
}

const CHANGES = [
  'create configmap new',
  'delete configmap web',
  'cluster advance 30s',
  'cluster restore copy.json',
  'cluster reset',
  'cluster snapshot other.json',
]

/** Dies before, half way and after every file operation of each command. */
async function deaths({ commands = CHANGES.length }) {
  let tried = 0
  let slowest = 0
  for (const command of CHANGES.slice(0, commands)) {
    await inScratch(async (dir, state) => {
      const words = command.split(' ')
      const child = (inject) =>
        spawnSync(process.execPath, ['-r', path.join(__dirname, 'inject.cjs'), KUBESIM, ...words], {
          cwd: dir,
          env: { ...process.env, KUBESIM_STATE: state, KUBESIM_NODES: '1', KUBESIM_INJECT: inject, KUBESIM_INJECT_DIR: dir },
          encoding: 'utf8',
        })
      await must('create configmap web', state)
      await must(`cluster snapshot ${dir}/copy.json`, state)
      await must('create configmap late', state)
      const before = fs.readFileSync(state)
      const operations = child('LOG').stderr.match(/^op \d+ \w+$/gm)
      demand(operations?.length > 5, `${command} writes nothing`)
      const renamed = operations.findIndex((op) => op.endsWith('renameSync')) + 1
      for (let n = 1; n <= operations.length; n++) {
        const halves = operations[n - 1].endsWith('writevSync') ? ['die-half'] : []
        for (const how of ['die-before', ...halves, 'die-after']) {
          fs.writeFileSync(state, before)
          fs.rmSync(path.join(dir, 'other.json'), { force: true })
          const { signal } = child(`${n}:${how}`)
          demand(signal === 'SIGKILL', `${command} did not die at ${operations[n - 1]}`)
          const isBefore = fs.readFileSync(state).equals(before)
          const shouldBe = command.includes('snapshot') || n < renamed || (n === renamed && how === 'die-before')
          demand(isBefore === shouldBe, `${command}, ${how} ${operations[n - 1]}: the state is ${isBefore ? 'before' : 'after'}`)
          // A snapshot that was not finished is swept away by the next one.
          if (command.includes('snapshot')) await must(`cluster snapshot ${dir}/other.json`, state)
          slowest = Math.max(slowest, await nextCommand(dir, state))
          tried++
        }
      }
    })
  }
  return { tried, note: `next command within ${Math.ceil(slowest)} ms` }
}

/** Starts a victim; `said` grows by the numbers it says. */
function victim(tag, count, state) {
  const child = spawn(process.execPath, [path.join(__dirname, 'victim.cjs'), tag, String(count)], {
    env: { ...process.env, KUBESIM_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = []
  let complaint = ''
  child.stdout.on('data', (bytes) => said.push(...String(bytes).trim().split('\n').map(Number)))
  child.stderr.on('data', (bytes) => {
    complaint += bytes
  })
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, complaint })))
  return { child, said, ended }
}

/** SIGKILL at any moment: what was said to be saved is saved, at most one more, and the next command goes on at once. */
async function kills({ times, random, lanes = 4 }) {
  const sum = { slowest: 0, unsaid: 0 }
  const shares = Array.from({ length: lanes }, (_, lane) => Math.floor((times + lane) / lanes))
  await Promise.all(shares.map((share) => inScratch((dir, state) => killsOf(share, random, dir, state, sum))))
  return { tried: times, note: `next command within ${Math.ceil(sum.slowest)} ms; ${sum.unsaid} killed between saving and saying so` }
}

async function killsOf(times, random, dir, state, sum) {
  await must('create configmap web', state)
  for (let i = 0; i < times; i++) {
    const { child, said, ended } = victim(`v${i}`, 1e6, state)
    await new Promise((resolve) => child.stdout.once('data', resolve))
    await new Promise((resolve) => setTimeout(resolve, random() * 40))
    child.kill('SIGKILL')
    const { complaint } = await ended
    demand(complaint === '', complaint)
    const names = (await saved(state, `v${i}`)).sort((a, b) => a - b)
    const inOrder = names.every((name, at) => name === at)
    demand(inOrder && names.length >= said.length && names.length <= said.length + 1, `said ${said.length}, saved ${names.length}`)
    if (names.length > said.length) sum.unsaid++
    sum.slowest = Math.max(sum.slowest, await nextCommand(dir, state))
    await must(`delete configmap ${names.map((name) => `v${i}-${name}`).join(' ')}`, state)
  }
}

/** Many processes write at once, some are killed, readers read all the while. */
async function crowd({ processes, each, killed, random }) {
  let reads = 0
  let longest = 0
  await inScratch(async (dir, state) => {
    await must('create configmap web', state)
    const all = Array.from({ length: processes }, (_, i) => victim(`p${i}`, i < killed ? 1e6 : each, state))
    const survivors = all.slice(killed)
    const dying = all.slice(0, killed).map(async ({ child, ended }) => {
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await new Promise((resolve) => setTimeout(resolve, random() * 300))
      child.kill('SIGKILL')
      return ended
    })
    let over = false
    const everyone = Promise.all([...dying, ...survivors.map((v) => v.ended)]).then((ends) => {
      over = true
      return ends
    })
    while (!over) {
      const started = performance.now()
      await must('get configmaps -o name', state)
      longest = Math.max(longest, performance.now() - started)
      reads++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    for (const { code, signal, complaint } of await everyone) demand(code === 0 || signal === 'SIGKILL', complaint || `exit code ${code}`)
    for (const [i, { said }] of all.entries()) {
      const names = await saved(state, `p${i}`)
      demand(said.every((n) => names.includes(n)), `process ${i} said ${said.length}, saved ${names.length}`)
      if (i >= killed) demand(names.length === each, `process ${i} saved ${names.length} of ${each}`)
    }
    const versions = (await must('get configmaps -o jsonpath={.items[*].metadata.resourceVersion}', state)).split(' ')
    demand(new Set(versions).size === versions.length, 'two objects have one resourceVersion')
    await nextCommand(dir, state)
  })
  return { tried: processes, note: `${reads} reads meanwhile, the longest ${Math.ceil(longest)} ms` }
}

module.exports = { deaths, kills, crowd }
