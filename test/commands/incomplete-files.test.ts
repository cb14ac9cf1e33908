// Files whose objects have no name, no version, or a kind that nobody knows. The answers are those of kubectl v1.37.
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write('nameless.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a, labels: {x: z}}}')
  sh.write('review.yml', '{apiVersion: authorization.k8s.io/v1, kind: SelfSubjectAccessReview, spec: {}}')
  sh.write('versionless.yml', '{kind: ConfigMap, metadata: {name: a}}')
  sh.write('unknown.yml', '{apiVersion: x.io/v1, kind: Foo, metadata: {name: a}}')
})
afterEach(() => sh.remove())

const NOT_FOUND = 'Error from server (NotFound)'
const NOWHERE = 'the server could not find the requested resource'
const UNKNOWN = 'unable to decode "unknown.yml": no kind "Foo" is registered for version "x.io/v1" in scheme "pkg/runtime/scheme.go:111"'

test.each([
  ['nameless, shown as it is', 'get -f nameless.yml', 'NAME   AGE\n       <unknown>\n'],
  ['nameless, with labels', 'get -f nameless.yml --show-labels', 'NAME   AGE         LABELS\n       <unknown>   x=z\n'],
  ['nameless, of a kind that is never kept', 'get -f review.yml', 'NAME   AGE\n       <unknown>\n'],
  ['nameless, as a field', "get -f nameless.yml -o jsonpath='{.metadata.generateName}'", 'a'],
  ['nameless, not selected', 'get -f nameless.yml -o name -l x=y', ''],
  ['nameless, described', 'describe -f nameless.yml', 'error: resource name may not be empty\n[exit 1]'],
  ['nameless, described by what describes everything', 'describe -f review.yml', 'error: name is required\n[exit 1]'],
  ['nameless, patched', "patch -f nameless.yml -p '{}'", 'error: resource name may not be empty\n[exit 1]'],
  ['nameless, waited for', 'wait -f nameless.yml --for=delete', 'error: resource name must be provided\n[exit 1]'],
  ['versionless, got', 'get -f versionless.yml', `${NOT_FOUND}: ${NOWHERE} (get configmaps a)\n[exit 1]`],
  ['versionless, labelled', 'label -f versionless.yml a=b', `${NOT_FOUND}: ${NOWHERE} (get configmaps a)\n[exit 1]`],
  [
    'versionless, created',
    'create -f versionless.yml --validate=false',
    `${NOT_FOUND}: error when creating "versionless.yml": ${NOWHERE} (post configmaps)\n[exit 1]`,
  ],
  [
    'versionless, applied',
    'apply -f versionless.yml --validate=false',
    `${NOT_FOUND}: error when creating "versionless.yml": ${NOWHERE} (post configmaps)\n[exit 1]`,
  ],
  [
    'versionless, replaced',
    'replace -f versionless.yml --validate=false',
    `${NOT_FOUND}: error when replacing "versionless.yml": ${NOWHERE} (put configmaps a)\n[exit 1]`,
  ],
  [
    'versionless, deleted',
    'delete -f versionless.yml',
    `${NOT_FOUND}: error when deleting "versionless.yml": ${NOWHERE} (delete configmaps a)\n[exit 1]`,
  ],
  ['versionless, dry', 'create -f versionless.yml --validate=false --dry-run=client', 'configmap/a created (dry run)\n'],
  ['unknown to the client, set', 'set image -f unknown.yml a=b', `error: ${UNKNOWN}\n[exit 1]`],
  ['unknown to the client, exposed', 'expose -f unknown.yml --port=80', `error: ${UNKNOWN}\n[exit 1]`],
  ['unknown to the client, restarted', 'rollout restart -f unknown.yml', `${UNKNOWN}\n[exit 1]`],
  ['unknown, labelled by nobody but the client', 'label --local -f unknown.yml a=b', 'foo.x.io/a labeled\n'],
  [
    'unknown, patched by nobody but the client',
    `patch --local -f unknown.yml --type=merge -p '{"a":1}' -o yaml`,
    'a: 1\napiVersion: x.io/v1\nkind: Foo\nmetadata:\n  name: a\n',
  ],
])('%s', async (_name, line, said) => {
  expect(await sh.kubectl(line)).toBe(said)
})

test.each(['foo', 'wide', 'name', 'jsonpath={.a}'])('edit -o %s is no document', async (output) => {
  await sh.kubectl('create cm a')
  expect(await sh.kubectl(`edit cm a -o ${output}`)).toBe(
    `error: unable to match a printer suitable for the output format "${output}", allowed formats are: json,kyaml,yaml\n[exit 1]`,
  )
})

test('explain in the words of old', async () => {
  expect(await sh.kubectl('explain pods.spec.containers.image --output=plaintext-openapiv2')).toMatch(
    /^KIND: {5}Pod\nVERSION: {2}v1\n\nFIELD: {4}image <string>\n\nDESCRIPTION:\n {5}/,
  )
  const text = await sh.kubectl('explain deployment.spec.template.spec --output=plaintext-openapiv2 --recursive')
  expect(text).toMatch(/^KIND: {5}Deployment\nVERSION: {2}apps\/v1\n\nRESOURCE: spec <Object>\n\nDESCRIPTION:\n/)
  expect(text).toContain('\n\nFIELDS:\n   activeDeadlineSeconds\t<integer>\n   affinity\t<Object>\n      nodeAffinity\t<Object>\n')
  expect(text).toContain('\n         limits\t<map[string]string>\n')
  expect(text).toContain('\n   volumes\t<[]Object>\n')
})

test('what does not fit its type is the server’s to refuse: a dry run of the client knows no types', async () => {
  await sh.kubectl('create deployment web --image=nginx --save-config')
  sh.write(
    'web.yml',
    '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {metadata: {annotations: {x: true}}}}}',
  )
  expect(await sh.kubectl('apply -f web.yml --dry-run=client')).toBe('deployment.apps/web configured (dry run)\n')
  expect(await sh.kubectl('apply -f web.yml --dry-run=server')).toContain('The request is invalid: patch: Invalid value:')
  const live = await sh.kubectl("get deployment web -o jsonpath='{.metadata.resourceVersion}'")
  expect(await sh.kubectl('diff -f web.yml')).toContain(`resourceVersion:${live}] spec:map[`)
})

test('objects are not sorted by what has no order', async () => {
  await sh.kubectl('create cm a')
  const why = 'is an unsortable type: interface, err: unsortable type: map\\[string\\]interface {}\n\\[exit 1\\]$'
  expect(await sh.kubectl('get cm --sort-by=.metadata')).toMatch(
    new RegExp(`^F\\d{4} .* sorter\\.go:375\\] Field {\\.metadata} in .* ${why}`),
  )
  expect(await sh.kubectl('get cm --sort-by=.metadata -o name')).toMatch(new RegExp(`^F\\d{4} .* sorter\\.go:329\\] .* ${why}`))
})

test('who applies without a name is called after the program', async () => {
  sh.write('a.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}')
  await sh.kubectl("apply --server-side -f a.yml --field-manager=''")
  expect(await sh.kubectl("get cm a -o jsonpath='{.metadata.managedFields[*].manager}'")).toBe('kubectl')
})
