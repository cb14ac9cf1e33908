// What the parts of the benchmark share: commands run against bare Node starts in the same minutes, and fleets of objects.
const { spawn, spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const root = path.join(__dirname, '..')
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-bench-'))
process.once('exit', () => fs.rmSync(scratch, { recursive: true, force: true }))

const BASE_ENV = { ...process.env, HOME: scratch, KUBECONFIG: '', KUBESIM_CLOCK: 'frozen', KUBESIM_SEED: '1' }
delete BASE_ENV.NODE_EXTRA_CA_CERTS // read at every start of Node, if set

/** One kubesim to measure: `bin` is its bin/kubesim. */
class Subject {
  constructor(bin) {
    this.bin = bin
    this.dir = fs.mkdtempSync(path.join(scratch, 'subject-'))
  }

  env(state, more = {}) {
    return { ...BASE_ENV, KUBESIM_STATE: this.file(state), ...more }
  }

  file(state) {
    return path.join(this.dir, `${state}.json`)
  }

  /** Runs a command line; answers its output and how long it took, ms. Throws when it fails. */
  run(state, line, more) {
    const words = Array.isArray(line) ? line : line.split(' ')
    return timed(process.execPath, [this.bin, ...words], this.env(state, more))
  }

  start(state, line, more) {
    return spawn(process.execPath, [this.bin, ...line.split(' ')], { env: this.env(state, more), cwd: root, stdio: 'ignore' })
  }

  size(state) {
    return fs.statSync(this.file(state)).size
  }
}

function timed(program, words, env = BASE_ENV) {
  const started = process.hrtime.bigint()
  const { status, stdout, stderr } = spawnSync(program, words, { env, cwd: root, encoding: 'utf8', maxBuffer: 1 << 29 })
  const ms = Number(process.hrtime.bigint() - started) / 1e6
  if (status !== 0) throw new Error(`${words.join(' ')}: ${stderr}`)
  return { ms, stdout }
}

function median(list) {
  return [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)]
}

/** The milliseconds of each task, run in turn so many rounds, so that what else the machine does falls on all of them alike. */
function compared(tasks, rounds) {
  const times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]))
  for (let round = -1; round < rounds; round++)
    for (const [name, task] of Object.entries(tasks)) {
      const ms = task(round)
      if (round >= 0) times[name].push(ms) // the first round warms disk and code cache
    }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]))
}

const bareNode = () => timed(process.execPath, ['-e', '0']).ms

/** ReplicaSets of `each` Pods of one container, numbered on from `first`, and a Service for each, as one List. */
function fleet(pods, each, { services = true, first = 0 } = {}) {
  const names = Array.from({ length: pods / each }, (_, i) => `app-${first + i}`)
  const sets = names.map((app) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: app },
    spec: {
      replicas: each,
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: { containers: [{ name: 'main', image: 'nginx' }] } },
    },
  }))
  return list([...sets, ...(services ? names.map(service) : [])])
}

function service(app) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: app }, spec: { selector: { app }, ports: [{ port: 80 }] } }
}

function list(items) {
  return { apiVersion: 'v1', kind: 'List', items }
}

/** Writes a manifest; answers its path. */
function manifest(name, value) {
  const file = path.join(scratch, `${name}.json`)
  fs.writeFileSync(file, JSON.stringify(value))
  return file
}

/** So many Pods are made at once. */
const BATCH = 10_000

/** A state with so many Pods, made once a run: `name` of the state, and how long it took, ms. A node takes 110 Pods. */
function fleetState(subject, pods) {
  const name = `fleet-${pods}`
  if (!fs.existsSync(subject.file(name))) {
    const env = { KUBESIM_NODES: String(Math.max(100, pods / 100)) }
    let made = 0
    for (let at = 0; at < pods; at += BATCH) {
      const file = manifest(`${name}-${at}`, fleet(Math.min(BATCH, pods - at), 10, { first: at / 10 }))
      made += subject.run(name, `create -f ${file}`, env).ms
    }
    subject[`made-${pods}`] = made
  }
  return { name, made: subject[`made-${pods}`] }
}

function anyPod(subject, state, app = 'app-0') {
  return subject.run(state, `get pods -l app=${app} -o name`).stdout.split('\n')[0].replace('pod/', '')
}

module.exports = { anyPod, bareNode, BASE_ENV, compared, fleet, fleetState, list, manifest, median, root, scratch, service, Subject, timed }
