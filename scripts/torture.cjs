// `npm run torture`: faults, kills, crowds, damage, hostile input and random programs; each with how often it was tried. `--quick` is
// the tenth that `npm test` runs; `--seed N` repeats a run's chances. Exit code 1 when anything was lost.
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const { deaths, kills, crowd } = require('../test/torture/ordeals.cjs')

const root = path.join(__dirname, '..')
const quick = process.argv.includes('--quick')
const given = process.argv.indexOf('--seed')
const seed = given > 0 ? Number(process.argv[given + 1]) : Date.now() % 1e9

function seededRandom() {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const random = seededRandom()
const ORDEALS = [
  ['dies before, half way or after each file operation', () => deaths({ commands: quick ? 1 : undefined })],
  ['SIGKILL at a random moment', () => kills({ times: quick ? 100 : 1000, random })],
  [
    'processes writing at once, a fifth of them killed',
    () => crowd(quick ? { processes: 10, each: 5, killed: 2, random } : { processes: 50, each: 20, killed: 10, random }),
  ],
]

/** The tests that count what they try (test/torture/tried.ts), at full length. */
function counted() {
  const report = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-torture-')), 'tried')
  const { status } = spawnSync('npx', ['jest', '--silent', 'test/store', 'test/hostile', 'test/properties'], {
    cwd: root,
    env: { ...process.env, KUBESIM_TORTURE: report, KUBESIM_TORTURE_SEED: String(seed) },
    stdio: 'inherit',
  })
  const sums = new Map()
  for (const line of fs.existsSync(report) ? fs.readFileSync(report, 'utf8').trim().split('\n') : []) {
    const { name, times } = JSON.parse(line)
    sums.set(name, (sums.get(name) ?? 0) + times)
  }
  fs.rmSync(path.dirname(report), { recursive: true, force: true })
  for (const [name, times] of sums) row(name, times, 'nothing', '')
  if (status !== 0) {
    row('tests', '', 'see above', '')
    process.exitCode = 1
  }
}

function row(name, tried, lost, note) {
  console.log(`| ${name} | ${tried} | ${lost} | ${note} |`)
}

async function main() {
  const started = Date.now()
  console.log(`seed ${seed}\n`)
  console.log('| fault | tried | lost | |\n|---|---|---|---|')
  for (const [name, ordeal] of ORDEALS) {
    try {
      const { tried, note } = await ordeal()
      row(name, tried, 'nothing', note)
    } catch (error) {
      row(name, '', error.message, '')
      process.exitCode = 1
    }
  }
  if (!quick) counted()
  console.log(`\n${Math.round((Date.now() - started) / 1000)} s`)
}

main()
