// Files that cannot be read, under the names they were given. The answers are those of kubectl v1.37.
import { type Shell, shell } from '../commands/shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.mkdir('dir')
  sh.write('bad.cfg', 'a: [')
  sh.write('good.cfg', 'kind: Config\napiVersion: v1\ncontexts: [{name: x, context: {}}]\n')
})
afterEach(() => sh.remove())

const UNREADABLE = 'read dir: is a directory'

test.each([
  ['create secret tls t --cert=dir --key=dir', `error: Cannot read file dir, ${UNREADABLE}`],
  ['get pods -o jsonpath-file=dir', `error: error reading --template dir, ${UNREADABLE}`],
  ['patch cm kube-root-ca.crt --patch-file=dir', `error: unable to read patch file: ${UNREADABLE}`],
  ['patch cm kube-root-ca.crt --patch-file=none', 'error: unable to read patch file: open none: no such file or directory'],
  ['replace --raw /api -f dir', `Unable to connect to the server: ${UNREADABLE}`],
  ['config view --kubeconfig=dir', `error: error loading config file "dir": ${UNREADABLE}`],
  ['config view --kubeconfig=./bad.cfg', 'error: error loading config file "./bad.cfg": yaml: line 1: did not find expected node content'],
  ['config delete-context y --kubeconfig=./good.cfg', 'error: cannot delete context y, not in ./good.cfg'],
  ['config rename-context y z --kubeconfig=good.cfg', `error: cannot rename the context "y", it's not in good.cfg`],
])('%s', async (line, said) => {
  expect(await sh.kubectl(line)).toBe(`${said}\n[exit 1]`)
})

test('a context is deleted from the file as it was named', async () => {
  expect(await sh.kubectl('config delete-context x --kubeconfig=./good.cfg')).toBe('deleted context x from ./good.cfg\n')
})

test('a directory is embedded as nothing', async () => {
  expect(await sh.kubectl('config set-cluster c --certificate-authority=dir --embed-certs --kubeconfig=good.cfg')).toBe(
    'Cluster "c" set.\n',
  )
  expect(await sh.kubectl("config view --raw --kubeconfig=good.cfg -o jsonpath='{.clusters}'")).toBe(
    '[{"cluster":{"server":""},"name":"c"}]',
  )
})

test('an expression of proxy that is none ends it', async () => {
  expect(await sh.kubectl("proxy --accept-hosts='('")).toMatch(
    /^F\d{4} .* proxy_server\.go:83\] Error compiling re: error parsing regexp: missing closing \): `\(`\n\[exit 255\]$/,
  )
})
