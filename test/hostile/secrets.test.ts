// A value planted in everything that is secret never shows where nobody asked for it: not in what is printed, not in what is refused, not in
// a file that others can read. Tokens are good for the state they come from alone.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { signedToken } from '../../src/lib/token-signature'
import { type Shell, shell } from '../commands/shell'
import { tried } from '../torture/tried'

const MARKER = 'xK7-pLanTed-9Qz'
const ENCODED = Buffer.from(MARKER).toString('base64')
/** Any form of it: plain, base64, or base64 of it within something. */
const SHOWN = new RegExp(
  `${MARKER}|${ENCODED.slice(0, -2)}|${[1, 2]
    .map((n) =>
      Buffer.from('x'.repeat(n) + MARKER)
        .toString('base64')
        .slice(4, -4),
    )
    .join('|')}`,
)

let box: Shell

beforeAll(async () => {
  box = shell()
  box.write('env', `p=${MARKER}\n`)
  box.write('value', MARKER)
  box.write('s.yml', `apiVersion: v1\nkind: Secret\nmetadata: {name: applied}\nstringData: {p: ${MARKER}}\n`)
  box.write('kustomization.yaml', `secretGenerator:\n- name: made\n  literals: [p=${MARKER}]\n`)
  box.write(
    'pod.yml',
    `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, image: nginx, env: [{name: P, valueFrom: {secretKeyRef: {name: literal, key: p}}}], envFrom: [{secretRef: {name: applied}}], volumeMounts: [{name: s, mountPath: /s}]}], volumes: [{name: s, secret: {secretName: literal}}]}\n`,
  )
  for (const line of [
    `create secret generic literal --from-literal=p=${MARKER}`,
    'create secret generic fromenv --from-env-file=env',
    'create secret generic fromfile --from-file=p=value',
    `create secret docker-registry registry --docker-username=u --docker-password=${MARKER} --docker-server=registry.example`,
    'apply -f s.yml',
    'apply -k .',
    'create -f pod.yml',
    `config set-credentials basic --username=u --password=${MARKER}`,
    `config set-credentials bearer --token=${MARKER}`,
    'cluster advance 10s',
    'cluster snapshot before.json',
  ])
    expect(await box.kubectl(line)).not.toMatch(/\[exit/)
})
afterAll(() => box.remove())

const wrong = (name: string, text: string) => ({ name, text })
const PATCHES = [
  wrong('strategic', `patch secret literal -p '{"data":{"q":"${MARKER}!"}}'`),
  wrong('strategic of another type', `patch secret literal -p '{"data":{"q":["${MARKER}"]}}'`),
  wrong('merge', `patch secret literal --type=merge -p '{"data":{"q":["x"]}}'`),
  wrong('merge of text', `patch secret literal --type=merge -p '{"stringData":{"q":{"a":"${MARKER}"}}}'`),
  wrong('JSON', `patch secret literal --type=json -p '[{"op":"add","path":"/data/q","value":"!"}]'`),
  wrong('JSON test', `patch secret literal --type=json -p '[{"op":"test","path":"/data/p","value":"x"}]'`),
  wrong('of metadata', `patch secret literal --type=merge -p '{"metadata":{"labels":{"a":{}}}}'`),
  wrong('of the type', `patch secret literal --type=merge -p '{"type":"other"}'`),
]

test.each(PATCHES)('a refused patch, $name, quotes no value', async ({ text }) => {
  const answer = await box.kubectl(text)
  expect(answer).toMatch(/\[exit 1\]$/)
  expect(answer).not.toMatch(SHOWN)
  tried('a way to make a secret show', 1)
})

const MANIFESTS: [string, string][] = [
  ['no base64', `data: {p: "${MARKER}!"}`],
  ['a list for a value', `data: {p: ["${MARKER}"]}`],
  ['a map for a value', `stringData: {p: {a: "${MARKER}"}}`],
  ['a bad key', `stringData: {"a b": "${MARKER}"}`],
  ['a bad type', `type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: "${MARKER}"}`],
  ['what a TLS secret lacks', `type: kubernetes.io/tls\nstringData: {tls.crt: "${MARKER}"}`],
  ['what a basic-auth secret lacks', `type: kubernetes.io/basic-auth\nstringData: {q: "${MARKER}"}`],
  ['bad YAML', `stringData: {p: "${MARKER}"\n  x`],
  ['a text for a map', `stringData: ${MARKER}`],
]

test.each(MANIFESTS)('a refused manifest with %s quotes no value', async (_name, body) => {
  for (const [name, verbs] of [
    ['fresh', ['create -f bad.yml', 'apply -f bad.yml', 'apply --server-side -f bad.yml']],
    ['applied', ['apply -f bad.yml', 'apply --server-side --force-conflicts -f bad.yml', 'replace -f bad.yml']],
  ] as const) {
    box.write('bad.yml', `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\n${body}\n`)
    for (const verb of verbs) {
      const answer = await box.kubectl(`${verb} --validate=false`)
      // A Secret of no special type may hold anything; what matters is what is printed.
      expect(answer).not.toMatch(SHOWN)
      tried('a way to make a secret show', 1)
    }
  }
})

test.each([
  'get secrets',
  'get secrets -o wide',
  'get secrets -A --show-labels -o name',
  'get all,secrets,events -A',
  'describe secrets',
  'describe pod web',
  'describe serviceaccount default',
  'get pod web -o yaml',
  'get events -o yaml',
  'get secrets -v=9',
  'describe secret literal -v=9',
  'create -f s.yml -v=9',
  'apply -f s.yml -v=9',
  'patch secret literal --type=json -p=[{"op":"add","path":"/metadata/labels","value":{"a":"b"}}] -v=9',
  'get secret literal -o jsonpath={.type} -v=9',
  'delete secret nothere -v=9',
  'diff -f s.yml',
  'logs web',
  'top pod web',
  'events',
  'auth can-i --list',
  'config view',
  'config view -o json',
  'config get-users',
  'cluster-info dump',
  'cluster info',
  'cluster diff before.json',
  'trace web registry.example',
  'iptables-save',
  'check -f s.yml',
  'get secret literal --token=nonsense',
  'label secret literal a=b',
  'annotate secret literal a=b',
  'rollout history deployment/web',
  'explain secret.data',
  'wait --for=jsonpath={.data.q} secret/literal --timeout=0s',
  'create secret generic literal --from-literal=p=x',
  'get secret literal -o jsonpath={.data.q.r}',
  'get secret literal -o go-template={{.data.q.r.s}}',
  'delete secret fromenv',
])('%s', async (line) => {
  expect(await box.kubectl(line)).not.toMatch(SHOWN)
  tried('a way to make a secret show', 1)
})

test('what another Secret of a diff holds is masked', async () => {
  box.write('other.yml', `apiVersion: v1\nkind: Secret\nmetadata: {name: applied}\nstringData: {p: ${MARKER}-changed}\n`)
  expect(await box.kubectl('diff -f other.yml')).not.toMatch(SHOWN)
})

describe('files', () => {
  const KUBESIM = path.join(__dirname, '..', '..', 'bin', 'kubesim')
  const run = (dir: string, line: string) =>
    spawnSync('sh', ['-c', `umask 0; exec "$0" "$1" ${line}`, process.execPath, KUBESIM], {
      cwd: dir,
      env: { PATH: process.env.PATH, HOME: dir, KUBESIM_STATE: path.join(dir, 'deep', 'er', 'state.json'), KUBESIM_NODES: '1' },
      encoding: 'utf8',
    })

  test('are their owner’s alone, whatever the umask', () => {
    const { dir } = box
    fs.mkdirSync(path.join(dir, 'files'))
    const here = path.join(dir, 'files')
    const state = path.join(here, 'deep', 'er', 'state.json')
    const lines = [
      `create secret generic s --from-literal=p=${MARKER}`,
      'cluster snapshot snap.json',
      `config set-credentials u --password=${MARKER} --username=u`,
      'cluster restore snap.json',
      'cluster info',
    ]
    for (const line of lines) expect(run(here, line)).toMatchObject({ status: 0 })
    // Damaged, recovered; in the layout of old, migrated; reset: each keeps what was there beside it.
    fs.appendFileSync(state, 'garbage')
    expect(run(here, 'cluster recover')).toMatchObject({ status: 0 })
    fs.writeFileSync(state, JSON.stringify(JSON.parse(fs.readFileSync(state, 'utf8')), undefined, 2), { mode: 0o600 })
    expect(run(here, 'create configmap x')).toMatchObject({ status: 0 })
    expect(run(here, 'cluster reset')).toMatchObject({ status: 0 })
    const open: string[] = []
    const walk = (folder: string) => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        const file = path.join(folder, entry.name)
        const mode = fs.statSync(file).mode & 0o777
        // What kubectl has for all: the directory of the configuration, whose files are the owner's.
        const allowed = entry.isDirectory() ? (entry.name === '.kube' ? 0o755 : 0o700) : 0o600
        if ((mode | allowed) !== allowed) open.push(`${file} ${mode.toString(8)}`)
        if (entry.isDirectory()) walk(file)
      }
    }
    walk(here)
    expect(open).toEqual([])
    expect(fs.readdirSync(path.dirname(state)).length).toBeGreaterThan(2)
    tried('a command under umask 0', lines.length + 3)
  }, 60_000)

  test('an editor’s file is its owner’s alone, and no link leads it elsewhere', () => {
    const here = path.join(box.dir, 'edited')
    fs.mkdirSync(here)
    fs.writeFileSync(path.join(here, 'editor'), '#!/bin/sh\nstat -c %a "$1" >mode\n', { mode: 0o755 })
    run(here, `create secret generic s --from-literal=p=${MARKER}`)
    const edited = spawnSync('sh', ['-c', `umask 0; EDITOR=./editor exec "$0" "$1" edit secret s`, process.execPath, KUBESIM], {
      cwd: here,
      env: { PATH: process.env.PATH, HOME: here, KUBESIM_STATE: path.join(here, 'deep', 'er', 'state.json') },
      encoding: 'utf8',
    })
    expect(edited.stdout + edited.stderr).not.toMatch(SHOWN)
    expect(fs.readFileSync(path.join(here, 'mode'), 'utf8')).toBe('600\n')
  }, 60_000)
})

describe('tokens', () => {
  const review = async (where: Shell, token: string, audiences?: string[]) => {
    where.write('review.json', JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token, audiences } }))
    return JSON.parse(await where.kubectl('create --raw /apis/authentication.k8s.io/v1/tokenreviews -f review.json')).status as {
      authenticated?: boolean
      error?: string
    }
  }

  test('are good here, for whom they are for, unchanged and in time', async () => {
    const token = (await box.kubectl('create token default')).trim()
    const other = (await box.kubectl('create token default --audience=vault')).trim()
    expect(await review(box, token)).toMatchObject({ authenticated: true })
    expect(await review(box, other)).not.toHaveProperty('authenticated')
    expect(await review(box, other, ['vault'])).toMatchObject({ authenticated: true })
    const [head, body, signature] = token.split('.')
    const forged = Buffer.from(Buffer.from(body, 'base64url').toString().replace('default:default', 'kube-system:admin')).toString(
      'base64url',
    )
    for (const bad of [`${head}.${forged}.${signature}`, `${head}.${body}.`, `${head}.${body}`, `${head}.${body}.${signature}x`, 'x', ''])
      expect(await review(box, bad)).not.toHaveProperty('authenticated')
    tried('a token where it is not good', 7)
  })

  test('are not good in another state, nor made with a key that anybody else has', async () => {
    const other = shell()
    const token = (await box.kubectl('create token default')).trim()
    // The shells share a seed: what they make is alike, down to the accounts' uids; another seed is another cluster.
    await other.streams('create configmap x', { KUBESIM_SEED: '8' })
    expect(await review(other, token)).not.toHaveProperty('authenticated')
    other.remove()
    const [head] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
    expect(JSON.parse(head)).toMatchObject({ alg: 'RS256' })
    tried('a token where it is not good', 1)
  })

  test('are signed with a key that no object tells of, and that two states do not share', async () => {
    const keys: string[] = []
    for (const seed of ['', '', '8', '8']) {
      const own = shell()
      await own.streams('create configmap x', { KUBESIM_SEED: seed })
      const uid = await own.kubectl('get namespace kube-system -o jsonpath={.metadata.uid}')
      const claims = {
        iss: 'https://kubernetes.default.svc.cluster.local',
        aud: ['https://kubernetes.default.svc.cluster.local'],
        exp: 4e9,
        'kubernetes.io': {
          namespace: 'default',
          serviceaccount: { name: 'default', uid: await own.kubectl('get sa default -o jsonpath={.metadata.uid}') },
        },
      }
      // Before the first token nothing is signed yet: no key is as good as none.
      const forged = [uid, '', 'undefined'].map((key) => signedToken(key, 'kid', claims))
      for (const token of forged) expect(await review(own, token)).not.toHaveProperty('authenticated')
      const good = (await own.kubectl('create token default')).trim()
      expect(await review(own, good)).toMatchObject({ authenticated: true })
      for (const token of forged) expect(await review(own, token)).not.toHaveProperty('authenticated')
      const { entries } = JSON.parse(fs.readFileSync(own.path('state.json'), 'utf8'))
      const key = entries['~keys/service-accounts']
      expect(key).toMatch(/^[0-9a-f]{64}$/)
      expect(JSON.stringify({ ...entries, '~keys/service-accounts': '' })).not.toContain(key)
      expect(await review(own, signedToken(key, 'kid', claims))).toMatchObject({ authenticated: true })
      expect(await own.kubectl('cluster-info dump')).not.toContain(key)
      tried('a token where it is not good', 2 * forged.length)
      keys.push(key)
      own.remove()
    }
    const [one, other, seeded, again] = keys
    expect(one).not.toBe(other)
    expect(seeded).toBe(again)
  })
})
