// Preferences: aliases and defaults from a kuberc file, and the commands that write and show it.
import { type Shell, shell } from '../commands/shell'

let box: Shell
beforeEach(() => {
  box = shell()
})
afterEach(() => box.remove())

const FILE = `apiVersion: kubectl.config.k8s.io/v1beta1
kind: Preference
defaults:
- command: create configmap
  options: [{ name: dry-run, default: client }, { name: output, default: name }]
aliases:
- { name: mk, command: create deployment, appendArgs: ["--", sleep, "5"], options: [{ name: dry-run, default: client }, { name: output, default: name }] }
- { name: getn, command: get, prependArgs: [nodes] }
- { name: badflag, command: create namespace, options: [{ name: nope, default: x }] }
- { name: badval, command: create namespace, options: [{ name: save-config, default: x }] }
- { name: badcmd, command: nope nope }
`

describe('a file of preferences', () => {
  const start = 'error occurred while applying preferences '
  test.each([
    ['a default', 'create configmap x', 'configmap/x\n'],
    ['a default that is overruled', 'create cm x -ojsonpath={.metadata.name}', 'x'],
    ['an alias with arguments behind', 'mk web --image=x', 'deployment.apps/web\n'],
    ['an alias with arguments before', 'getn node-1 -o name', 'node/node-1\n'],
    ['a flag the command does not have', 'badflag', `${start}invalid alias flag nope in alias /usr/bin/kubectl\n[exit 1]`],
    [
      'a value of the wrong type',
      'badval',
      `${start}could not apply value x to flag save-config in alias /usr/bin/kubectl err: invalid argument "x" for "--save-config" flag: strconv.ParseBool: parsing "x": invalid syntax\n[exit 1]`,
    ],
    ['a command there is not', 'badcmd', `${start}command "nope nope" not found to set alias "badcmd": [nope nope]\n[exit 1]`],
    ['another file that is not there', 'getn --kuberc=none', `${start}kuberc error kuberc: open none: no such file or directory\n[exit 1]`],
    ['no file named', 'version --client --kuberc', `${start}kuberc file is not found\n[exit 1]`],
  ])('%s', async (_name, line, answer) => {
    box.mkdir('.kube')
    box.write('.kube/kuberc', FILE)
    expect(await box.kubectl(line)).toBe(answer)
  })

  test('switched off', async () => {
    box.mkdir('.kube')
    box.write('.kube/kuberc', FILE)
    expect((await box.streams('getn', { KUBERC: 'off' })).err).toContain('unknown command "getn"')
    expect((await box.streams('kuberc view', { KUBERC: 'off' })).err).toBe(
      'error: KUBERC is disabled via KUBERC=off environment variable\n',
    )
  })

  test.each([
    [
      'nothing of the kind',
      'a: b\n',
      'kuberc: no preferences loaded from FILE: no valid preferences found in FILE, use --v=5 to see details',
    ],
    [
      'members nobody knows',
      'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\nfoo: 1\naliases: [{ name: a, nope: 1 }]\n',
      'kuberc: ignoring strict decoding error in FILE: strict decoding error: unknown field "aliases[0].nope", unknown field "foo"',
    ],
    [
      'an alias that is no word',
      'apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\naliases: [{ name: a-b, command: get }]\n',
      `${start}invalid alias name, can only include alphabetical characters\n`,
    ],
    [
      'the older version',
      'apiVersion: kubectl.config.k8s.io/v1alpha1\nkind: Preference\noverrides: [{ command: version, flags: [{ name: client, default: "true" }] }]\n',
      '',
    ],
  ])('%s', async (_name, text, said) => {
    box.mkdir('.kube')
    box.write('.kube/kuberc', text)
    const { err } = await box.streams('version --client')
    expect(err.replaceAll(box.path('.kube/kuberc'), 'FILE')).toBe(said)
  })
})

test('kuberc set and view', async () => {
  const kubectl = async (line: string) => (await box.kubectl(line)).replaceAll(box.dir, 'HOME')
  expect(await kubectl('kuberc set --section defaults --command get --option --output=wide')).toBe('Updated HOME/.kube/kuberc\n')
  expect(await kubectl('kuberc set --section aliases --name getn --command get --prependarg nodes')).toBe('Updated HOME/.kube/kuberc\n')
  expect(await kubectl('kuberc set --section aliases --name getn --command get')).toBe(
    'error: alias "getn" already exists, use --overwrite to replace\n[exit 1]',
  )
  expect(await kubectl('kuberc set --section aliases --name getn --command get --appendarg=-owide --overwrite')).toBe(
    'Updated HOME/.kube/kuberc\n',
  )
  expect(await kubectl('kuberc set --section defaults --command "set env"')).toBe('Updated HOME/.kube/kuberc\n')
  expect(await kubectl('kuberc set --section credentialplugin --policy Allowlist --allowlist-entry command=a,command=b')).toBe(
    'Updated HOME/.kube/kuberc\n',
  )
  expect(await kubectl('kuberc view')).toBe(`aliases:
- appendArgs:
  - -owide
  command: get
  name: getn
  prependArgs:
  - nodes
apiVersion: kubectl.config.k8s.io/v1beta1
credentialPluginAllowlist:
- command: a
- command: b
credentialPluginPolicy: Allowlist
defaults:
- command: get
  options:
  - default: wide
    name: output
- command: set env
  options: null
kind: Preference
`)
  expect((await kubectl('kuberc view -o json')).split('\n').slice(0, 4)).toEqual([
    '{',
    '    "kind": "Preference",',
    '    "apiVersion": "kubectl.config.k8s.io/v1beta1",',
    '    "defaults": [',
  ])
})

test.each([
  ['kuberc set', 'required flag(s) "section" not set'],
  ['kuberc set --section foo', '--section must be "defaults", "aliases", or "credentialplugin", got: foo'],
  ['kuberc set --section aliases --command get', '--name is required when --section=aliases'],
  ['kuberc set --section defaults --name x --command get', '--name should not be specified when --section=defaults'],
  ['kuberc set --section defaults', '--command is required when --section=aliases or --section=defaults'],
  ['kuberc set --section defaults --command get --option foo', 'invalid option format "foo", expected flag=value'],
  ['kuberc set --section credentialplugin --policy foo', ' --policy must be  "AllowAll", "DenyAll", or "Allowlist", got: foo'],
  [
    'kuberc set --section credentialplugin --policy Allowlist --allowlist-entry name=x,command=,foo=x',
    '[allowlist entry field "name" is deprecated, use "command" instead, empty value in allowlist entry for field "command", unrecognized allowlist entry field: "foo"]',
  ],
])('refuses %s', async (line, message) => {
  const { err, code } = await box.streams(line)
  expect(code).toBe(1)
  expect(err.startsWith('error: ') ? err : `error: ${err}`).toContain(message.startsWith('[') ? 'allowlist entry' : message)
})
