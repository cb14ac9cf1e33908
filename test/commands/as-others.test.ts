// Commands that look again and again, and those that reach into containers, ask what --as may do like all others.
import { type Shell, shell } from './shell'

let sh: Shell
beforeAll(async () => {
  sh = shell()
  await sh.kubectl(`run p --image=busybox -- sh -c 'echo x; sleep 1000'`)
  await sh.kubectl('create deployment web --image=nginx')
  await sh.kubectl('wait pod/p --for=condition=Ready --timeout=60s')
  await sh.kubectl('create cm m')
  await sh.kubectl('create role r --verb=get --resource=pods')
  await sh.kubectl('create rolebinding rb --role=r --user=bob')
  sh.write('m.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {name: m}}')
})
afterAll(() => sh.remove())

const cannot = (user: string, verb: string, resource: string, group = '', subresource = '') =>
  `User "${user}" cannot ${verb} resource "${resource}${subresource}" in API group "${group}" in the namespace "default"`

test.each([
  ['events', 'ann', `events is forbidden: ${cannot('ann', 'list', 'events')}`],
  ['get cm -w', 'ann', `configmaps is forbidden: ${cannot('ann', 'list', 'configmaps')}`],
  ['get pod p --watch-only', 'bob', `pods is forbidden: ${cannot('bob', 'watch', 'pods')}`],
  ['wait pod/p --for=condition=Ready --timeout=1s', 'ann', `pods "p" is forbidden: ${cannot('ann', 'get', 'pods')}`],
  ['wait pod/p --for=create --timeout=1s', 'ann', `pods "p" is forbidden: ${cannot('ann', 'get', 'pods')}`],
  ['logs p', 'ann', `pods "p" is forbidden: ${cannot('ann', 'get', 'pods')}`],
  ['logs p', 'bob', `pods "p" is forbidden: ${cannot('bob', 'get', 'pods', '', '/log')}`],
  ['logs -l run=p', 'bob', `pods is forbidden: ${cannot('bob', 'list', 'pods')}`],
  ['exec p -- true', 'bob', `pods "p" is forbidden: ${cannot('bob', 'create', 'pods', '', '/exec')}`],
  ['attach p -q', 'bob', `pods "p" is forbidden: ${cannot('bob', 'create', 'pods', '', '/attach')}`],
  ['cp p:/etc/hostname h', 'bob', `pods "p" is forbidden: ${cannot('bob', 'create', 'pods', '', '/exec')}`],
  ['rollout status deploy/web', 'ann', `deployments.apps "web" is forbidden: ${cannot('ann', 'get', 'deployments', 'apps')}`],
  ['diff -f m.yml', 'ann', `configmaps "m" is forbidden: ${cannot('ann', 'get', 'configmaps')}`],
])('%s as %s', async (line, user, said) => {
  const { out, err, code } = await sh.streams(`${line.replace(/^(\w+)/, `$1 --as=${user}`)}`)
  expect([out, err]).toEqual([expect.not.stringContaining('met'), `Error from server (Forbidden): ${said}\n`])
  expect(code).toBeGreaterThan(0)
})

test('port-forward', async () => {
  expect(await sh.kubectl('port-forward p 8080:80 --as=bob')).toBe(
    `error: error upgrading connection: pods "p" is forbidden: ${cannot('bob', 'create', 'pods', '', '/portforward')}\n[exit 1]`,
  )
})

test('apply looks before it patches', async () => {
  expect(await sh.kubectl('apply -f m.yml --as=ann')).toBe(
    `Error from server (Forbidden): error when retrieving current configuration of:\nResource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"\nName: "m", Namespace: "default"\nfrom server for: "m.yml": configmaps "m" is forbidden: ${cannot('ann', 'get', 'configmaps')}\n[exit 1]`,
  )
})

test('describe tells of no events that may not be listed', async () => {
  expect(await sh.kubectl('describe pod p')).toMatch(/Events:\n/)
  expect(await sh.kubectl('describe pod p --as=bob')).toMatch(/Events: +<none>\n$/)
})
