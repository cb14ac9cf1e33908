// Commands that take the objects of files as the files have them, and what is printed of what nobody stored.
import { type Shell, shell } from './shell'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{image: nginx, name: c}]}
`
const MISSING = 'Error from server (NotFound): deployments.apps "web" not found\n[exit 1]'

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write('d.yml', DEPLOYMENT)
})
afterEach(() => sh.remove())

test.each([
  ['autoscale', 'autoscale -f d.yml --max=2', 'horizontalpodautoscaler.autoscaling/web autoscaled\n'],
  ['a dry run of scale', 'scale -f d.yml --replicas=3 --dry-run=client -o jsonpath={.spec.replicas}', '3'],
  ['scale', 'scale -f d.yml --replicas=3', MISSING],
  ['a dry run of patch', `patch -f d.yml -p '{"spec":{"replicas":4}}' --dry-run=client`, 'deployment.apps/web patched\n'],
  ['patch', `patch -f d.yml -p '{"spec":{"replicas":4}}'`, MISSING],
  ['label', 'label -f d.yml a=b', MISSING],
])('of an object that is not there: %s', async (_name, line, expected) => {
  expect(await sh.kubectl(line)).toBe(expected)
})

test.each([
  ['a patch that changes nothing on the server', `patch -f d.yml -p '{}'`, 'deployment.apps/web patched\n'],
  ['a patch of the object by name', `patch deploy web -p '{}'`, 'deployment.apps/web patched (no change)\n'],
  ['a dry run, of which patch does not tell', `patch deploy web -p '{}' --dry-run=server`, 'deployment.apps/web patched (no change)\n'],
  ['what is shown of a scaled object', 'scale -f d.yml --replicas=3 -o jsonpath={.spec.replicas}{.metadata.uid}', '3'],
  [
    'the versions of an object that is scaled',
    'scale -f d.yml --replicas=3 --resource-version=1',
    /^error: Expected resource version to be 1, was \d+\n/,
  ],
  ['a template for a history', 'rollout history deploy web --template={{.metadata.name}}:', 'web:'],
  ['a history as objects', 'rollout history deploy web --template={{.kind}} -o go-template', 'ReplicaSet'],
])('of an object that is there: %s', async (_name, line, expected) => {
  await sh.kubectl('create -f d.yml')
  const said = await sh.kubectl(line)
  if (typeof expected === 'string') expect(said).toBe(expected)
  else expect(said).toMatch(expected)
})

test.each([
  [
    'what is asked for by arguments',
    'wait --for=create deploy/x cm/kube-root-ca.crt --timeout=1ms',
    'error: timed out waiting for the condition\n[exit 1]',
  ],
  ['what a file names is not waited for', 'wait --for=create -f d.yml --timeout=1ms', MISSING],
  [
    'each condition is told',
    'wait cm/kube-root-ca.crt --for=create --for=jsonpath={.kind}=ConfigMap',
    'configmap/kube-root-ca.crt condition met\nconfigmap/kube-root-ca.crt condition met\n',
  ],
  [
    'those that are met before one that is not',
    'wait cm/kube-root-ca.crt --for=create --for=jsonpath={.kind}=No --timeout=1ms',
    'configmap/kube-root-ca.crt condition met\nerror: timed out waiting for the condition on configmaps/kube-root-ca.crt\n[exit 1]',
  ],
])('waiting: %s', async (_name, line, expected) => {
  expect(await sh.kubectl(line)).toBe(expected)
})

test('edit reads its files unvalidated', async () => {
  sh.write('broken.yml', 'apiVersion: v1\nind: Pod\nmetadata: {name: x}\n')
  expect(await sh.kubectl('edit -f broken.yml')).toMatch(/^error: unable to decode "broken.yml": Object 'Kind' is missing in /)
})

test.each([['subjectaccessreviews'], ['bindings'], ['tokenreviews']])('%s cannot be listed', async (type) => {
  const refusal = 'Error from server (MethodNotAllowed): the server does not allow this method on the requested resource\n[exit 1]'
  expect(await sh.kubectl(`get ${type}`)).toBe(refusal)
})

test('a question is answered, not stored', async () => {
  const spec = 'spec: {user: nobody, resourceAttributes: {verb: get, resource: pods, namespace: default}}'
  sh.write('r.yml', `apiVersion: authorization.k8s.io/v1\nkind: SubjectAccessReview\n${spec}\n`)
  expect(await sh.kubectl('create -f r.yml')).toBe('subjectaccessreview.authorization.k8s.io/<unknown> created\n')
  expect(await sh.kubectl('create -f r.yml -o jsonpath={.status.allowed}')).toBe('false')
})

test.each(['-v=5', '-v 5', '--v=5', '--v 5'])('an empty file of preferences is told of with %s', async (level) => {
  sh.write('empty', '')
  const said = async (words: string) => (await sh.streams(`get ns default ${words} --kuberc=empty`)).err
  expect(await said(level)).toMatch(/^I\d{4} .* marshal\.go:103\] kuberc: no preferences found in empty$/m)
  expect(await said('-v=4')).not.toContain('kuberc')
})

test.each([
  [
    'of a Service that is exposed, in the order of its type',
    'expose -f d.yml --port=80 --save-config -o jsonpath={.metadata.annotations}',
    '{"kubectl.kubernetes.io/last-applied-configuration":"{\\"kind\\":\\"Service\\",\\"apiVersion\\":\\"v1\\",\\"metadata\\":{\\"name\\":\\"web\\"},\\"spec\\":{\\"ports\\":[{\\"protocol\\":\\"TCP\\",\\"port\\":80,\\"targetPort\\":80}],\\"selector\\":{\\"app\\":\\"web\\"}},\\"status\\":{\\"loadBalancer\\":{}}}\\n"}',
  ],
  [
    'of an autoscaler',
    'autoscale -f d.yml --max=2 --save-config -o jsonpath={.metadata.annotations}',
    /\{\\"kind\\":\\"HorizontalPodAutoscaler\\"/,
  ],
  ['not of a Service that is created', 'create service clusterip s --tcp=80 --save-config -o jsonpath={.metadata.annotations}', ''],
])('the configuration %s', async (_name, line, expected) => {
  await sh.kubectl('create -f d.yml')
  const { out } = await sh.streams(line)
  if (typeof expected === 'string') expect(out).toBe(expected)
  else expect(out).toMatch(expected)
})

test('--record of what runs', async () => {
  expect((await sh.streams('run x --image=nginx --record --dry-run=client -o jsonpath={.metadata.annotations}')).out).toBe(
    '{"kubernetes.io/change-cause":"kubectl run x --image=nginx --record=true --dry-run=client --output=jsonpath={.metadata.annotations}"}',
  )
})

test('auth reconcile puts nothing into the namespace of the command line', async () => {
  sh.write('r.yml', 'apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules: []\n')
  expect(await sh.kubectl('auth reconcile -f r.yml')).toBe('error: resource name may not be empty\n[exit 1]')
  expect(await sh.kubectl('auth reconcile -f r.yml --dry-run=client')).toContain('role.rbac.authorization.k8s.io/r reconciled (dry run)')
})
