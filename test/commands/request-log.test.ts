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
  ['a question', 'auth can-i get pods', ['POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews 201 Created']],
  ['who asks', 'auth whoami', ['POST /apis/authentication.k8s.io/v1/selfsubjectreviews 201 Created']],
  ['a token', 'create token default', ['POST /api/v1/namespaces/default/serviceaccounts/default/token 201 Created']],
  [
    'a description, and what it looks for',
    'describe cm a --chunk-size=10',
    [
      'GET /api/v1/namespaces/default/configmaps/a 200 OK',
      'GET /api/v1/namespaces/default/configmaps/a 200 OK',
      'GET /api/v1/namespaces/default/events?limit=10 200 OK',
    ],
  ],
])('%s', async (_name, line, expected) => {
  await sh.kubectl('create cm a')
  if (line.startsWith('scale')) await sh.kubectl('create deployment web --image=nginx --replicas=2')
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
  expect(await requests('apply -f a.yml')).toEqual([
    `GET ${path} 200 OK`,
    `PATCH ${path}?fieldManager=kubectl-client-side-apply&fieldValidation=Strict 200 OK`,
  ])
  // In between what client-side apply owned is handed over.
  expect(await requests('apply -f a.yml --server-side --force-conflicts')).toEqual([
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict&force=true 200 OK`,
    `PATCH ${path}?fieldManager=kubectl-last-applied&fieldValidation=Strict 200 OK`,
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict 200 OK`,
    `PATCH ${path}?fieldManager=kubectl&fieldValidation=Strict&force=true 200 OK`,
  ])
  expect(await requests('replace -f a.yml')).toEqual([
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
