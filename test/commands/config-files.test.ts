// Kubeconfig files: what is wrong with them, and how config view shows them.
import fs from 'node:fs'
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

async function config(line: string, text: string): Promise<string> {
  box.write('kc', text)
  const { out, err, code } = await box.streams(line, { KUBECONFIG: box.path('kc') })
  return (out + err).replaceAll(box.dir, 'DIR') + (code ? `[exit ${code}]` : '')
}

const HEAD = 'apiVersion: v1\nkind: Config\n'

test.each([
  ['a list that is none', 'clusters: foo', 'cannot unmarshal string into Go struct field Config.clusters of type []v1.NamedCluster'],
  ['a name that is a list', 'current-context: [1]', 'cannot unmarshal array into Go struct field Config.current-context of type string'],
  [
    'a number for a name',
    'clusters: [{name: 1}]',
    'cannot unmarshal number into Go struct field NamedCluster.clusters.name of type string',
  ],
  [
    'text for a switch',
    'clusters: [{name: a, cluster: {insecure-skip-tls-verify: x}}]',
    'cannot unmarshal string into Go struct field Cluster.clusters.cluster.insecure-skip-tls-verify of type bool',
  ],
  ['the first by name', 'users: 1\ncontexts: 2', 'cannot unmarshal number into Go struct field Config.contexts of type []v1.NamedContext'],
])('%s', async (_name, text, why) => {
  const answer = `error: error loading config file "DIR/kc": json: ${why}\n[exit 1]`
  for (const line of ['config view', 'config set clusters.a.server x', 'get pods'])
    expect(await config(line, `${HEAD}${text}\n`)).toBe(answer)
  expect(fs.readFileSync(box.path('kc'), 'utf8')).toBe(`${HEAD}${text}\n`)
})

test('members nobody knows are passed over', async () => {
  expect(await config('config view -o jsonpath={.users}', `${HEAD}foo: bar\nusers: [{name: a, user: {nope: 1, token: x}}]\n`)).toBe(
    '[{"name":"a","user":{"token":"REDACTED"}}]',
  )
})

const TWO = `${HEAD}current-context: here
clusters: [{name: a, cluster: {proxy-url: "http://p", server: "https://a", certificate-authority: ca.crt}}]
users: [{name: u, user: {exec: {provideClusterInfo: true, interactiveMode: Never, apiVersion: v, command: c}}}]
contexts: [{name: here, context: {user: u, cluster: a}}, {name: lost, context: {cluster: gone, user: u}}, {name: nobody, context: {cluster: a, user: gone}}]
`

test('--flatten reads files from the kubeconfig’s directory', async () => {
  expect(await config('config view --flatten', TWO)).toBe('error: open DIR/ca.crt: no such file or directory\n[exit 1]')
  box.write('ca.crt', 'foo')
  expect(await config('config view --flatten -o jsonpath={.clusters[0].cluster}', TWO)).toBe(
    '{"certificate-authority-data":"Zm9v","proxy-url":"http://p","server":"https://a"}',
  )
})

test('--minify names what is not there', async () => {
  expect(await config('config view --minify --context lost', TWO)).toBe('error: cannot locate cluster gone\n[exit 1]')
  expect(await config('config view --minify --context nobody', TWO)).toBe('error: cannot locate user gone\n[exit 1]')
})

test('JSON and KYAML keep Go’s order', async () => {
  const json = await config('config view --minify -o json', TWO)
  const names = [...json.matchAll(/"([\w-]+)":/g)].map(([, name]) => name)
  expect(names.slice(0, 7)).toEqual(['kind', 'apiVersion', 'clusters', 'name', 'cluster', 'server', 'certificate-authority'])
  expect(names.slice(names.indexOf('exec'), names.indexOf('contexts'))).toEqual(
    ['exec', 'command', 'args', 'env', 'apiVersion', 'provideClusterInfo', 'interactiveMode'].filter((name) => names.includes(name)),
  )
  expect((await config('config view --minify -o kyaml', TWO)).split('\n').slice(0, 6)).toEqual([
    '---',
    '{',
    '  kind: "Config",',
    '  apiVersion: "v1",',
    '  clusters: [{',
    '    name: "a",',
  ])
})

test.each([
  [
    'config set-cluster a --embed-certs --certificate-authority=none',
    'could not stat certificate-authority file none: stat none: no such file or directory',
  ],
  ['config set-credentials a --embed-certs --client-key=none', 'could not stat client-key file none: stat none: no such file or directory'],
  ['config set-credentials a --exec-interactive-mode=foo', 'invalid interactive mode type, can be only IfAvailable, Never, Always'],
])('%s', async (line, why) => {
  expect(await config(line, TWO)).toBe(`error: ${why}\n[exit 1]`)
})

test('delete-cluster without a name shows its help', async () => {
  const { out, code } = await box.streams('config delete-cluster')
  expect([out.split('\n')[0], code]).toEqual(['Delete the specified cluster from the kubeconfig.', 0])
})
