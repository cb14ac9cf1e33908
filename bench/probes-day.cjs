// A day of 100 Pods with a readiness and a liveness probe every 10 seconds: how long `cluster advance 24h` takes.
// node bench/probes-day.cjs [--pods 100] [--image nginx:1.25]
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const BIN = path.join(__dirname, '..', 'bin', 'kubesim')
const option = (name, fallback) => {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? fallback : process.argv[at + 1]
}
const PODS = Number(option('pods', 100))
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-bench-'))
const env = { ...process.env, KUBESIM_STATE: path.join(dir, 'state.json'), KUBESIM_CLOCK: 'frozen', KUBESIM_SEED: '1' }

function kubesim(...words) {
  const started = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, [BIN, ...words], { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return Number(process.hrtime.bigint() - started) / 1e9
}

const httpGet = { path: '/', port: 80 }
const container = {
  name: 'c',
  image: option('image', 'nginx:1.25'),
  readinessProbe: { httpGet, periodSeconds: 10 },
  livenessProbe: { httpGet, periodSeconds: 10 },
}
const labels = { app: 'web' }
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { replicas: PODS, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
}
fs.writeFileSync(path.join(dir, 'web.json'), JSON.stringify(deployment))
kubesim('create', '-f', path.join(dir, 'web.json'))
kubesim('cluster', 'advance', '1m')
console.log(`${PODS} Pods, ${PODS * 2 * 8640} looks of probes: ${kubesim('cluster', 'advance', '24h').toFixed(2)} s`)
fs.rmSync(dir, { recursive: true, force: true })
