// -v: which requests the client says it makes, and how they were answered.
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(() => {
  sh = shell()
})
afterEach(() => sh.remove())

const SERVER = 'https://172.18.0.2:6443'

/** Verb, path and status of each request of a command line. */
async function requests(line: string): Promise<string[]> {
  const { err } = await sh.streams(`${line} -v=6`)
  return [
    ...err.matchAll(/^I\d{4} .* round_trippers\.go:632\] "Response" verb="(\w+)" url="([^"]*)" status="([^"]*)" milliseconds=\d+$/gm),
  ].map(([, verb, url, status]) => `${verb} ${url.replace(SERVER, '')} ${status}`)
}

test.each([
  ['an object', 'get cm a', ['GET /api/v1/namespaces/default/configmaps/a 200 OK']],
  ['an object that is not there', 'get deploy x', ['GET /apis/apps/v1/namespaces/default/deployments/x 404 Not Found']],
  ['a list', 'get cm -l a=b -A', ['GET /api/v1/configmaps?labelSelector=a%3Db&limit=500 200 OK']],
  [
    'a list in pages',
    'get cm --chunk-size=1',
    [
      'GET /api/v1/namespaces/default/configmaps?limit=1 200 OK',
      `GET /api/v1/namespaces/default/configmaps?continue=${Buffer.from(
        JSON.stringify({ v: 'meta.k8s.io/v1', rv: 1, start: 'default/a\0' }),
      ).toString('base64url')}&limit=1 200 OK`,
    ],
  ],
  ['a list in one piece', 'get cm --chunk-size=0', ['GET /api/v1/namespaces/default/configmaps 200 OK']],
  [
    'a creation',
    'create cm b',
    ['POST /api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Strict 201 Created'],
  ],
  ['a Pod that is run', 'run x --image=nginx', ['POST /api/v1/namespaces/default/pods?fieldManager=kubectl-run 201 Created']],
  [
    'what is there already',
    'create cm a',
    ['POST /api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Strict 409 Conflict'],
  ],
  [
    'a label, which is patched',
    'label cm a x=y',
    [
      'GET /api/v1/namespaces/default/configmaps/a 200 OK',
      'PATCH /api/v1/namespaces/default/configmaps/a?fieldManager=kubectl-label 200 OK',
    ],
  ],
  [
    'a taint, which is validated',
    'taint node node-1 a=b:NoSchedule',
    ['GET /api/v1/nodes/node-1 200 OK', 'PATCH /api/v1/nodes/node-1?fieldManager=kubectl-taint&fieldValidation=Strict 200 OK'],
  ],
  [
    'a scale, patched by a client that names no manager',
    'scale deployment web --replicas=1',
    ['GET /apis/apps/v1/namespaces/default/deployments/web 200 OK', 'PATCH /apis/apps/v1/namespaces/default/deployments/web/scale 200 OK'],
  ],
  [
    'a scale that is compared first',
    'scale deployment web --replicas=1 --current-replicas=2',
    [
      'GET /apis/apps/v1/namespaces/default/deployments/web 200 OK',
      'GET /apis/apps/v1/namespaces/default/deployments/web/scale 200 OK',
      'PUT /apis/apps/v1/namespaces/default/deployments/web/scale 200 OK',
    ],
  ],
  ['a deletion', 'delete cm a --wait=false', ['DELETE /api/v1/namespaces/default/configmaps/a 200 OK']],
  [
    'a deletion that is waited for',
    'delete cm a',
    ['DELETE /api/v1/namespaces/default/configmaps/a 200 OK', 'GET /api/v1/namespaces/default/configmaps/a 404 Not Found'],
  ],
  ['a question', 'auth can-i get pods', ['GET /api/v1 200 OK', 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews 201 Created']],
  ['the versions', 'api-versions', ['GET /api?timeout=32s 200 OK', 'GET /apis?timeout=32s 200 OK']],
  ['a path', 'get --raw /healthz', ['GET /healthz 200 OK']],
  ['the version', 'version', ['GET /version?timeout=32s 200 OK']],
  [
    'a schema',
    'explain deploy.spec',
    ['GET /openapi/v3?timeout=32s 200 OK', 'GET /openapi/v3/apis/apps/v1?hash=v1.37.2&timeout=32s 200 OK'],
  ],
  [
    'a history',
    'rollout history deployment web',
    [
      'GET /apis/apps/v1/namespaces/default/deployments/web 200 OK',
      'GET /apis/apps/v1/namespaces/default/deployments/web 200 OK',
      'GET /apis/apps/v1/namespaces/default/replicasets?labelSelector=app%3Dweb 200 OK',
    ],
  ],
  ['who asks', 'auth whoami', ['POST /apis/authentication.k8s.io/v1/selfsubjectreviews 201 Created']],
  ['a token', 'create token default', ['POST /api/v1/namespaces/default/serviceaccounts/default/token 201 Created']],
  [
    'a description, and what it looks for',
    'describe cm a --chunk-size=10',
    [
      'GET /api/v1/namespaces/default/configmaps/a 200 OK',
      'GET /api/v1/namespaces/default/configmaps/a 200 OK',
      expect.stringMatching(
        /events\?fieldSelector=involvedObject\.name%3Da%2CinvolvedObject\.namespace%3Ddefault%2CinvolvedObject\.kind%3DConfigMap%2CinvolvedObject\.uid%3D[-0-9a-f]{36}&limit=10 200 OK$/,
      ),
    ],
  ],
])('%s', async (_name, line, expected) => {
  await sh.kubectl('create cm a')
  if (/^(scale|rollout)/.test(line)) await sh.kubectl('create deployment web --image=nginx --replicas=2')
  expect(await requests(line)).toEqual(expected)
})

test.each([
  [0, []],
  [2, ['envvar.go']],
  [6, ['envvar.go', 'round_trippers.go:632']],
  [7, ['envvar.go', 'round_trippers.go:527', 'round_trippers.go:632']],
])('-v=%i', async (level, places) => {
  const { out, err } = await sh.streams(`get ns default -o name -v ${level}`)
  expect(out).toBe('namespace/default\n')
  expect([...new Set([...err.matchAll(/ (envvar\.go|round_trippers\.go:\d+)/g)].map(([, place]) => place))]).toEqual(places)
})

/** What is said of a command line, without the time, the process and what chance made. */
async function said(line: string, level: number): Promise<string> {
  const { err } = await sh.streams(`${line} -v=${level}`)
  return err
    .replace(/^[IEW]\d{4} [\d:.]+ +\d+ /gm, '')
    .replace(/^envvar\.go.*\n/gm, '')
    .replaceAll(SERVER, 'https://server')
    .replaceAll(SERVER.slice(8), 'server')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
    .replace(/(Date: ).*/g, '$1<date>')
    .replace(/(Content-Length: )\d+/g, '$1<n>')
    .replace(/("Response Body" body=)(<\n(\t.*\n)* >|".*")/g, '$1…')
    .replace(/(lliseconds=)\d+/g, '$10')
}

const ANSWERED = (type: string) => `headers=<
\tAudit-Id: <uid>
\tCache-Control: no-cache, private
\tContent-Length: <n>
\tContent-Type: ${type}
\tDate: <date>
\tX-Kubernetes-Pf-Flowschema-Uid: <uid>
\tX-Kubernetes-Pf-Prioritylevel-Uid: <uid>
 >`
const AGENT = 'kubectl/v1.37.2 (linux/amd64) kubernetes/0000000'

test('-v=7 shows the headers of a request and the status of its answer', async () => {
  expect(await said('get cm a -o yaml --as=bob --as-group=x --as-group=y', 7)).toContain(
    `round_trippers.go:527] "Request" verb="GET" url="https://server/api/v1/namespaces/default/configmaps/a" headers=<
\tAccept: application/json
\tImpersonate-Group: x
\tImpersonate-Group: y
\tImpersonate-User: bob
\tUser-Agent: ${AGENT}
 >
round_trippers.go:632] "Response" status="403 Forbidden" milliseconds=0
helpers.go:247] server response object: {
  "kind": "Status",
`,
  )
})

test('-v=8 shows bodies: what a generator made in protobuf, patches as JSON', async () => {
  expect(await said('create cm a --from-literal=a=b', 8)).toBe(`type.go:213] "Request Body" body=<
\t00000000  6b 38 73 00 0a 0f 0a 02  76 31 12 09 43 6f 6e 66  |k8s.....v1..Conf|
\t00000010  69 67 4d 61 70 12 1b 0a  11 0a 01 61 12 00 1a 00  |igMap......a....|
\t00000020  22 00 2a 00 32 00 38 00  42 00 12 06 0a 01 61 12  |".*.2.8.B.....a.|
\t00000030  01 62 1a 00 22 00                                 |.b..".|
 >
round_trippers.go:527] "Request" verb="POST" url="https://server/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Strict" headers=<
\tAccept: application/vnd.kubernetes.protobuf,application/json
\tContent-Type: application/vnd.kubernetes.protobuf
\tUser-Agent: ${AGENT}
 >
round_trippers.go:632] "Response" status="201 Created" ${ANSWERED('application/vnd.kubernetes.protobuf')} milliseconds=0
type.go:213] "Response Body" body=…
`)
  await sh.kubectl('label cm a x=y')
  expect(await said('label cm a x-', 8)).toContain(`helper.go:269] "Request Body" body="{\\"metadata\\":{\\"labels\\":{\\"x\\":null}}}"
round_trippers.go:527] "Request" verb="PATCH" url="https://server/api/v1/namespaces/default/configmaps/a?fieldManager=kubectl-label" headers=<
\tAccept: application/json
\tContent-Type: application/merge-patch+json
`)
  const { err } = await sh.streams('get cm a -o yaml -v=8')
  expect(err).toMatch(/"Response Body" body=<\n\t\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{"name":"a",.*\}\n >\n/)
})

test('-v=9 shows a command for curl and what was timed', async () => {
  expect(await said('delete cm kube-root-ca.crt', 9)).toBe(`helper.go:202] "Request Body" body=<
\t{"propagationPolicy":"Background"}
 >
round_trippers.go:527] "Request" curlCommand=<
\tcurl -v -XDELETE  -H "Accept: application/json" -H "Content-Type: application/json" -H "User-Agent: ${AGENT}" 'https://server/api/v1/namespaces/default/configmaps/kube-root-ca.crt'
 >
round_trippers.go:562] "HTTP Trace: Dial succeed" network="tcp" address="server"
round_trippers.go:632] "Response" verb="DELETE" url="https://server/api/v1/namespaces/default/configmaps/kube-root-ca.crt" status="200 OK" ${ANSWERED('application/json')} milliseconds=0 dnsLookupMilliseconds=0 dialMilliseconds=0 tlsHandshakeMilliseconds=0 serverProcessingMilliseconds=0
helper.go:202] "Response Body" body=…
simple.go:243] "Request Body" body=""
round_trippers.go:527] "Request" curlCommand=<
\tcurl -v -XGET  -H "Accept: application/json" -H "User-Agent: ${AGENT}" 'https://server/api/v1/namespaces/default/configmaps/kube-root-ca.crt'
 >
round_trippers.go:632] "Response" verb="GET" url="https://server/api/v1/namespaces/default/configmaps/kube-root-ca.crt" status="200 OK" ${ANSWERED('application/json')} milliseconds=0 getConnectionMilliseconds=0 serverProcessingMilliseconds=0
simple.go:243] "Response Body" body=…
`)
})

test('bodies are cut at a length that the level tells', async () => {
  await sh.kubectl(`create cm long --from-literal=a=${'x'.repeat(12000)}`)
  for (const [level, most] of [
    [8, 1024],
    [9, 10240],
  ]) {
    const { err } = await sh.streams(`get cm long -o json -v=${level}`)
    const [, body] = /"Response Body" body=(".*")/.exec(err) ?? []
    expect(JSON.parse(body)).toMatch(new RegExp(`^.{${most}} \\[truncated \\d+ chars\\]$`))
  }
  expect((await sh.streams('get cm long -o json -v=10')).err).not.toContain('truncated')
})

test('--sort-by asks for whole objects, unless the client makes the table', async () => {
  expect(await requests('get cm --sort-by=.metadata.name')).toEqual([
    'GET /api/v1/namespaces/default/configmaps?includeObject=Object 200 OK',
  ])
  expect(await requests('get cm --sort-by=.metadata.name --server-print=false')).toEqual([
    'GET /api/v1/namespaces/default/configmaps 200 OK',
  ])
})

test('what is looked at before it is changed, and what is followed, is asked for once', async () => {
  await sh.kubectl('create cm a')
  sh.write('a.yml', '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}')
  const path = '/api/v1/namespaces/default/configmaps/a'
  const schema = ['GET /openapi/v3?timeout=32s 200 OK', 'GET /openapi/v3/api/v1?hash=v1.37.2&timeout=32s 200 OK']
  expect(await requests('apply -f a.yml')).toEqual([
    ...schema,
    `GET ${path} 200 OK`,
    `PATCH ${path}?fieldManager=kubectl-client-side-apply&fieldValidation=Strict 200 OK`,
  ])
  // In between what client-side apply owned is handed over.
  expect(await requests('apply -f a.yml --server-side --force-conflicts')).toEqual([
    ...schema,
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict&force=true 200 OK`,
    `PATCH ${path}?fieldManager=kubectl-last-applied&fieldValidation=Strict 200 OK`,
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict 200 OK`,
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict&force=true 200 OK`,
  ])
  expect(await requests('replace -f a.yml')).toEqual([
    ...schema,
    `GET ${path} 200 OK`,
    `PUT ${path}?fieldManager=kubectl-replace&fieldValidation=Strict 200 OK`,
  ])
  expect(await requests('label cm --all x=y')).toContain('GET /api/v1/namespaces/default/configmaps 200 OK')
  await sh.kubectl('run p --image=busybox -- sleep 1000')
  await sh.kubectl('wait pod/p --for=condition=Ready --timeout=60s')
  expect(await requests('logs p --tail=3')).toEqual([
    'GET /api/v1/namespaces/default/pods/p 200 OK',
    'GET /api/v1/namespaces/default/pods/p/log?container=p&tailLines=3 200 OK',
  ])
  expect(await requests('events --for pod/p')).toEqual([
    'GET /api/v1/namespaces/default/events?fieldSelector=involvedObject.kind%3DPod%2CinvolvedObject.apiVersion%3Dv1%2CinvolvedObject.name%3Dp&limit=500 200 OK',
  ])
})

test('drain asks for the Pods of its nodes', async () => {
  expect(await requests('drain node-1 --dry-run=client --ignore-daemonsets --pod-selector a=b')).toContain(
    'GET /api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&labelSelector=a%3Db&limit=500 200 OK',
  )
})

test('who may patch and not update may label, annotate, scale and cordon', async () => {
  await sh.kubectl('create deployment web --image=nginx')
  await sh.kubectl('create clusterrole part --verb=get,patch --resource=deployments,deployments/scale,nodes')
  await sh.kubectl('create clusterrolebinding part --clusterrole=part --user=ann')
  for (const line of ['label deployment web a=b', 'annotate deployment web a=b', 'scale deployment web --replicas=2', 'cordon node-1'])
    expect(await sh.kubectl(`${line} --as=ann`)).not.toContain('forbidden')
  expect(await sh.kubectl('scale deployment web --replicas=3 --current-replicas=2 --as=ann')).toContain(
    'User "ann" cannot update resource "deployments/scale" in API group "apps" in the namespace "default"',
  )
})
