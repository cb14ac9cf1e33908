// A state edited by hand or by a JSON tool: what kubesim keeps of its objects beside them is made anew.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from '../commands/shell'
import { snapshotOf } from '../properties/invariants'

const KUBESIM = path.join(__dirname, '..', '..', 'bin', 'kubesim')
const POD = (name: string, cpu: string) =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {containers: [{name: c, image: nginx, resources: {requests: {cpu: "${cpu}"}}}]}}`

let box: Shell
let file: string
beforeEach(() => {
  box = shell()
  file = box.path('state.json')
})
afterEach(() => box.remove())

/** A process of its own remembers nothing of the Pods. */
function kubectl(line: string): string {
  const { PATH } = process.env
  const env = { PATH, HOME: box.dir, KUBESIM_STATE: file, KUBESIM_NODES: '1', KUBESIM_CLOCK: 'frozen' }
  const done = spawnSync(process.execPath, [KUBESIM, ...line.split(' ')], { cwd: box.dir, env, encoding: 'utf8' })
  return done.stdout + done.stderr
}

const FIRST = 'pods/default/first'

/** The state as a JSON tool writes it. */
function asTool(from: string, to: string, space?: number): string {
  const state = JSON.parse(fs.readFileSync(file, 'utf8')) as { entries: Record<string, unknown> }
  state.entries[FIRST] = JSON.parse(JSON.stringify(state.entries[FIRST]).replaceAll(from, to))
  return JSON.stringify(state, null, space)
}

function inEditor(from: string, to: string): string {
  const lines = fs.readFileSync(file, 'utf8').split('\n')
  const edited = (line: string) => line.replace(/:[ \t]+/, ':').replaceAll(from, to)
  return lines.map((line) => (line.startsWith(`"${FIRST}"`) ? edited(line) : line)).join('\n')
}

/** The second Pod asks for so many CPUs, the first for six of eight before the edit; what is taken of the node at the end. */
const EDITS: [string, () => string, { asks: string; phase: string; taken: number }][] = [
  ['more requests, by a JSON tool', () => asTool('"cpu":"6"', '"cpu":"7"', 2), { asks: '2', phase: 'Pending', taken: 7000 }],
  ['more requests, on one line', () => asTool('"cpu":"6"', '"cpu":"7"'), { asks: '2', phase: 'Pending', taken: 7000 }],
  ['more requests, in an editor', () => inEditor('"cpu":"6"', '"cpu":"7"'), { asks: '2', phase: 'Pending', taken: 7000 }],
  ['fewer requests, in an editor', () => inEditor('"cpu":"6"', '"cpu":"1"'), { asks: '3', phase: 'Running', taken: 4000 }],
  [
    'another node, by a JSON tool',
    () => asTool('"nodeName":"node-1"', '"nodeName":"node-9"', 2),
    { asks: '3', phase: 'Running', taken: 3000 },
  ],
]

test.each(EDITS)('%s', (_name, edited, { asks, phase, taken }) => {
  box.write('first.yaml', POD('first', '6'))
  box.write('second.yaml', POD('second', asks))
  kubectl('create -f first.yaml')
  fs.writeFileSync(file, edited())
  expect(kubectl('create -f second.yaml')).toBe('pod/second created\n')
  kubectl('cluster advance 30s')
  expect(kubectl('get pod second -o jsonpath={.status.phase}')).toBe(phase)
  expect(snapshotOf(file).taken?.['node-1'].used.cpu).toBe(taken)
})

describe('what is found without a search', () => {
  type Objects = Record<string, { metadata: { uid: string; ownerReferences?: object[] }; spec: Record<string, unknown> }>
  const edit = (change: (entries: Objects) => void) => {
    const state = JSON.parse(fs.readFileSync(file, 'utf8')) as { entries: Objects }
    change(state.entries)
    fs.writeFileSync(file, JSON.stringify(state, null, 2))
  }

  test('an owner written by hand takes with it what it owns', () => {
    kubectl('create configmap owner')
    kubectl('create configmap owned')
    edit((entries) => {
      const { uid } = entries['configmaps/default/owner'].metadata
      entries['configmaps/default/owned'].metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]
    })
    kubectl('delete configmap owner')
    expect(kubectl('get configmaps -o name')).toBe('configmap/kube-root-ca.crt\n')
  })

  test('a selector written by hand selects', () => {
    box.write('web.yaml', POD('web', '1').replace('name: web', 'name: web, labels: {app: web}'))
    kubectl('create -f web.yaml')
    kubectl('create service clusterip s --tcp=80')
    edit((entries) => {
      entries['services/default/s'].spec.selector = { app: 'web' }
    })
    kubectl('label pod web a=b')
    kubectl('cluster advance 30s')
    expect(kubectl('get endpointslices -o jsonpath={.items[*].endpoints[*].targetRef.name}')).toContain('web')
  })

  test('a Pod taken off its node by hand is placed', () => {
    box.write('web.yaml', POD('web', '1'))
    kubectl('create -f web.yaml')
    edit((entries) => {
      delete entries['pods/default/web'].spec.nodeName
    })
    box.write('other.yaml', POD('other', '1'))
    kubectl('create -f other.yaml')
    expect(kubectl('get pod web -o jsonpath={.spec.nodeName}')).toBe('node-1')
  })

  test('a damaged line that only told of an owner is told anew', () => {
    kubectl('create deployment web --image=nginx')
    const lines = fs.readFileSync(file, 'utf8').split('\n')
    fs.writeFileSync(file, lines.map((line) => (line.startsWith('"~owned/') ? line.replace(/[01],$/, '7,') : line)).join('\n'))
    expect(kubectl('get pods')).toContain('damaged')
    expect(kubectl('cluster recover')).toContain('does not match its checksum')
    kubectl('delete deployment web')
    kubectl('cluster advance 60s')
    expect(kubectl('get pods,replicasets -o name')).toBe('')
  })
})
