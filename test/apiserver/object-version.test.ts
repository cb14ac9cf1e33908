// The version that a write names, as a number: 0 is any, what is no number is refused.
import { type Shell, shell } from '../commands/shell'

let sh: Shell
beforeEach(async () => {
  sh = shell()
  await sh.kubectl('create cm a')
  sh.write('lease.yml', '{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l}}')
  await sh.kubectl('create -f lease.yml')
})
afterEach(() => sh.remove())

const CONFLICT = 'the object has been modified; please apply your changes to the latest version and try again'

test.each([
  ['0', 'configmap/a replaced'],
  ['00', 'configmap/a replaced'],
  ['abc', 'Error from server: error when replacing "a.yml": strconv.ParseUint: parsing "abc": invalid syntax'],
  ['-1', 'Error from server: error when replacing "a.yml": strconv.ParseUint: parsing "-1": invalid syntax'],
  [
    '99999999999999999999',
    'Error from server: error when replacing "a.yml": strconv.ParseUint: parsing "99999999999999999999": value out of range',
  ],
  ['999999', `Error from server (Conflict): error when replacing "a.yml": Operation cannot be fulfilled on configmaps "a": ${CONFLICT}`],
])('a file in version %s', async (version, said) => {
  sh.write('a.yml', `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, resourceVersion: "${version}"}, data: {k: v}}`)
  expect(await sh.kubectl('replace -f a.yml')).toBe(said.startsWith('Error') ? `${said}\n[exit 1]` : `${said}\n`)
})

test('a kind that is only replaced in a version that is named', async () => {
  const said = 'The leases "l" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update\n'
  sh.write('l.yml', '{apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: {name: l, resourceVersion: "0"}}')
  expect(await sh.kubectl('replace -f l.yml')).toBe(`${said}[exit 1]`)
  expect(await sh.kubectl('replace -f lease.yml')).toBe('lease.coordination.k8s.io/l replaced\n')
})
