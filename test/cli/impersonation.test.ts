// Whom the client acts as, by the kubeconfig's user and by flags. The answers are those of kubectl v1.37.
import { type Shell, shell } from '../commands/shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write(
    'config',
    `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://172.18.0.2:6443"}}]
users:
- {name: u, user: {as: bob, as-groups: [g1, g2], as-uid: u1, as-user-extra: {foo: [bar, baz]}}}
- {name: v, user: {as-groups: [g1]}}
- {name: w, user: {as-user-extra: {a: [b]}}}
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
`,
  )
})
afterEach(() => sh.remove())

/** Rows of `auth whoami`, each in one blank. */
async function whoami(flags: string): Promise<string[]> {
  const text = await sh.kubectl(`auth whoami --kubeconfig config ${flags}`)
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => row.replace(/ {2,}/g, ' '))
}

const BOB = ['Username bob', 'UID u1', 'Groups [g1 g2 system:authenticated]']

test.each([
  ['the file', '', [...BOB, 'Extra: foo [bar baz]']],
  ['another extra', '--as-user-extra=a=b,c --as-user-extra=a=d', [...BOB, 'Extra: a [b,c d]', 'Extra: foo [bar baz]']],
  ['an extra in place of the file’s', '--as-user-extra=foo=1=2', [...BOB, 'Extra: foo [1=2]']],
  ['no value at all', '--as-user-extra=foo', [...BOB, 'Extra: foo [bar baz]']],
  ['another user', '--as=x', ['Username x', ...BOB.slice(1), 'Extra: foo [bar baz]']],
  ['other groups', '--as-group=z', [...BOB.slice(0, 2), 'Groups [z system:authenticated]', 'Extra: foo [bar baz]']],
  ['another uid, keys in capitals', '--as-uid=q --as-user-extra=FOO=1', ['Username bob', 'UID q', BOB[2], 'Extra: foo [bar baz 1]']],
])('%s', async (_name, flags, rows) => {
  expect(await whoami(flags)).toEqual(rows)
})

test.each(['v', 'w'])('parts of nobody: user %s', async (user) => {
  const said = `error: requesting uid, groups or user-extra for ${user} without impersonating a user\n[exit 1]`
  expect(await sh.kubectl(`get pods --kubeconfig config --user ${user}`)).toBe(said)
})

test('what the impersonated user may not is refused', async () => {
  expect(await sh.kubectl('get pods --kubeconfig config')).toBe(
    'Error from server (Forbidden): pods is forbidden: User "bob" cannot list resource "pods" in API group "" in the namespace "default"\n[exit 1]',
  )
})
