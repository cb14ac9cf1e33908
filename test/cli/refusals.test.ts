// What commands say to flags that do not fit, and to a kubeconfig that cannot be used, in kubectl's words.
import { type Shell, shell } from '../commands/shell'

let box: Shell
beforeAll(async () => {
  box = shell()
  await box.kubectl('create configmap c1 --from-literal=a=b')
})
afterAll(() => box.remove())

const NOT_FOUND = 'Error from server (NotFound): configmaps "nope" not found'
const TIMEOUT =
  'Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)'

test.each([
  ['delete pods --all --selector=a=b', "error: setting 'all' parameter but found a non empty selector. "],
  [
    'delete cm nope --cascade=0',
    `warning: --cascade=0 is deprecated (boolean value) and can be replaced with --cascade=orphan.\n${NOT_FOUND}`,
  ],
  ['delete cm nope --cascade=foo', 'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"'],
  ['apply -f nope --cascade=foo', 'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"'],
  ['run x --image=y --cascade=foo', 'error: invalid cascade value (foo). Must be "background", "foreground", or "orphan"'],
  ['delete --raw x', 'error: --raw must be a valid URL path: parse "x": invalid URI for request'],
  ['delete --raw /api -o name', 'error: --raw and --output are mutually exclusive'],
  ['delete --raw /api -R', 'error: --raw and --recursive are mutually exclusive'],
  ['delete --raw /api -f http://x', 'error: --raw cannot read from a url'],
  ['delete --raw /api -f nope', 'error: open nope: no such file or directory'],
  ['delete --raw /api --interactive', 'error: --interactive can not be used with --raw'],
  ['delete --raw /api/v1/namespaces/default/configmaps/nope', NOT_FOUND],
  ['replace --raw /x -f a -f b', 'error: --raw can only use a single local file or stdin'],
  ['create --raw x -f nope', 'error: --raw must be a valid URL path: parse "x": invalid URI for request'],
  [
    'taint nodes --all a=b:NoSchedule --validate=foo',
    'error: invalid - validate option "foo"; must be one of: strict (or true), warn, ignore (or false)',
  ],
  ['apply -f nope --prune --all --prune-allowlist=foo', 'error: invalid GroupVersionKind format: foo, please follow <group/version/kind>'],
  ['top pod x -l a=b', 'error: only one of NAME or selector can be provided'],
  ['top node x -l a=b', 'error: only one of NAME or --selector can be provided'],
  ['top pod x y', "error: pod [NAME | -l label]\nSee 'kubectl top pod -h' for help and examples"],
  ['top pod --sort-by=swap', 'error: --sort-by accepts only cpu or memory'],
  ['top node', 'error: Metrics API not available'],
  ['explain pods --api-version=v2', `error: couldn't find resource for "/v2, Resource=pods"`],
  ['explain pods --api-version=apps/v1', 'error: GVR (apps/v1, Resource=pods) not found in OpenAPI schema'],
  ['explain pods --api-version=a/b/c', 'error: unexpected GroupVersion string: a/b/c'],
  ['wait', 'error: unrecognized condition: []'],
  ['wait pods x --for=jsonpath=', 'error: jsonpath expression cannot be empty'],
  [
    'kustomize . --reorder=foo',
    "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.\nerror: illegal flag value --reorder foo; legal values: [legacy none]",
  ],
  ['logs x --pod-running-timeout=0s', 'error: --pod-running-timeout must be higher than zero'],
  [
    'exec x --pod-running-timeout=0s -- true',
    "error: --pod-running-timeout must be higher than zero\nSee 'kubectl exec -h' for help and examples",
  ],
  [
    'attach --pod-running-timeout=0s',
    "error: --pod-running-timeout must be higher than zero\nSee 'kubectl attach -h' for help and examples",
  ],
  ['auth whoami --as-group=b', 'error: requesting uid, groups or user-extra for kubernetes-admin without impersonating a user'],
  ['config set users.x.act-as-groups a', 'error: unrecognized slice type. string'],
  ['config set users.x.as a', "error: can't set a map to a value: map[]"],
  ['config set users.x.act-as-user-extra.k a', 'error: string is not of type struct'],
  ['config set users.x.exec.command a', 'error: unable to parse one or more field values of users.x.exec.command'],
  ['config unset clusters.nope.server', 'error: current map key `nope` is invalid'],
  ['get pods --request-timeout=1p', `error: ${TIMEOUT}`],
  ['get pods --request-timeout=-1', `error: ${TIMEOUT}`],
])('%s', async (line, said) => {
  const { err, code } = await box.streams(line)
  expect([err, code]).toEqual([`${said}\n`, 1])
})

test('delete --interactive asks', async () => {
  const { out } = await box.streams('delete cm c1 --interactive')
  expect(out).toBe(
    'You are about to delete the following 1 resource(s):\nconfigmap/c1\nDo you want to continue? (y/N): deletion is cancelled\n',
  )
  expect(await box.kubectl('get cm c1 -o name')).toBe('configmap/c1\n')
})

test('raw requests reach the API', async () => {
  box.write('cm.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"1"}}')
  await box.kubectl('create --raw /api/v1/namespaces/default/configmaps -f cm.json')
  expect(await box.kubectl('get cm raw -o jsonpath={.data.a}')).toBe('1')
  box.write('cm.json', '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"raw"},"data":{"a":"2"}}')
  await box.kubectl('replace --raw /api/v1/namespaces/default/configmaps/raw -f cm.json')
  expect(await box.kubectl('get cm raw -o jsonpath={.data.a}')).toBe('2')
  await box.kubectl('delete --raw /api/v1/namespaces/default/configmaps/raw')
  expect(await box.kubectl('get cm raw --ignore-not-found')).toBe('')
})

describe('a kubeconfig', () => {
  const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: gone
clusters: [{name: x, cluster: {server: "http://x"}}, {name: e, cluster: {server: ""}}]
contexts: [{name: x, context: {cluster: x, user: x}}, {name: c, context: {cluster: zz, user: x}}, {name: u, context: {cluster: x, user: zz}}]
users: [{name: x, user: {}}, {name: m, user: {token: a, username: b}}]
`
  const REFUSED = 'The connection to the server localhost:8080 was refused - did you specify the right host or port?'
  const found = 'namespace/default\n'

  test.each([
    ['', 'Error in configuration: context was not found for specified context: gone\n'],
    ['--context=nope', 'Error in configuration: context was not found for specified context: nope\n'],
    ['--context=x', found],
    ['--context=u', found],
    ['--context=c', `${REFUSED}\n`],
    ['--context=x --cluster=e', `${REFUSED}\n`],
    ['--context=x --cluster=nope', 'error: no server found for cluster "nope"\n'],
    ['--context=x --user=nope', 'error: auth info "nope" does not exist\n'],
    ['--context=x --user=nope --cluster=nope', 'error: no server found for cluster "nope"\n'],
    ['--context=x --user=m', 'error: more than one authentication method found for m; found [token basicAuth], only one is allowed\n'],
    ['--context=x --as-group=g', 'error: requesting uid, groups or user-extra for x without impersonating a user\n'],
    ['--context=x --as-user-extra=a', found],
    [
      '--context=x --certificate-authority=nope',
      'error: unable to read certificate-authority nope for x due to open nope: no such file or directory\n',
    ],
    [
      '--context=x --client-certificate=nope',
      'Error in configuration: \n* client-key-data or client-key must be specified for x to use the clientCert authentication method.\n* unable to read client-cert nope for x due to open nope: no such file or directory\n',
    ],
    [
      '--context=nope --as-uid=g',
      'Error in configuration: \n* context was not found for specified context: nope\n* requesting uid, groups or user-extra for  without impersonating a user\n',
    ],
  ])('get %s', async (line, answer) => {
    box.write('kc', KUBECONFIG)
    const { out, err } = await box.streams(`get ns default -o name ${line}`, { KUBECONFIG: box.path('kc') })
    expect(out + err).toBe(answer)
  })
})
