// 5,000 Services with 20,000 endpoints: how long iptables-save takes, and what one changed Service changes.
// node bench/iptables-save.cjs [--services 5000]
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')

const BIN = path.join(__dirname, '..', 'bin', 'kubesim')
const at = process.argv.indexOf('--services')
const SERVICES = at < 0 ? 5000 : Number(process.argv[at + 1])
const ENDPOINTS = 4

function objects() {
  const items = []
  for (let i = 0; i < SERVICES; i++) {
    const name = `svc-${i}`
    const endpoints = Array.from({ length: ENDPOINTS }, (_, k) => {
      const n = i * ENDPOINTS + k
      return { addresses: [`10.244.${n >> 8}.${n & 255}`], nodeName: `node-${(n % 3) + 1}`, conditions: { ready: true } }
    })
    items.push(
      { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80, targetPort: 8080 }] } },
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
        addressType: 'IPv4',
        ports: [{ name: '', port: 8080, protocol: 'TCP' }],
        endpoints,
      },
    )
  }
  return { apiVersion: 'v1', kind: 'List', items }
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-bench-'))
const env = { ...process.env, KUBESIM_STATE: path.join(dir, 'state.json') }
function kubesim(...words) {
  const started = process.hrtime.bigint()
  const result = spawnSync(process.execPath, [BIN, ...words], { env, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (result.status !== 0) throw new Error(result.stderr)
  return { text: result.stdout, seconds: Number(process.hrtime.bigint() - started) / 1e9 }
}
const rules = (text) => text.split('\n').filter((l) => !l.startsWith('#'))

try {
  fs.writeFileSync(path.join(dir, 'objects.json'), JSON.stringify(objects()))
  const created = kubesim('create', '-f', path.join(dir, 'objects.json'))
  console.log(`${SERVICES} Services with ${SERVICES * ENDPOINTS} endpoints created in ${created.seconds.toFixed(1)} s`)
  const runs = Array.from({ length: 5 }, () => kubesim('iptables-save'))
  const seconds = runs.map((r) => r.seconds).sort((a, b) => a - b)
  console.log(`iptables-save: ${rules(runs[0].text).length} lines in ${seconds[2].toFixed(2)} s (median of 5; goal: 2 s at most)`)

  const before = rules(runs[0].text)
  const state = new Set(fs.readFileSync(env.KUBESIM_STATE, 'utf8').split('\n'))
  const gone = JSON.stringify([{ op: 'remove', path: '/endpoints/3' }])
  const patched = kubesim('patch', 'endpointslice', 'svc-77-1', '--type=json', '-p', gone)
  console.log(`one Service changed in ${patched.seconds.toFixed(2)} s`)
  const known = new Set(before)
  const after = rules(kubesim('iptables-save').text)
  const chains = new Set(after.filter((l) => !known.has(l)).map((l) => l.split(' ')[1]))
  console.log(`chains with new rules: ${[...chains].join(', ')}`)
  const entries = fs
    .readFileSync(env.KUBESIM_STATE, 'utf8')
    .split('\n')
    .filter((l) => !state.has(l))
    .map((l) => l.slice(0, 60).split('":')[0])
  console.log(`state entries written: ${entries.filter((e) => e.startsWith('"')).join(' ')}`)
} finally {
  fs.rmSync(dir, { recursive: true, force: true })
}
