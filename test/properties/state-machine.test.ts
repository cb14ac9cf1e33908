// Random commands on a small cluster: after each, Pods, owners, counters, endpoints and rules agree; when all is deleted, nothing is left.
import fc from 'fast-check'
import { readState } from '../../src/store/file'
import { type Shell, shell } from '../commands/shell'
import { rounds, seed, tried } from '../torture/tried'
import { broken, snapshotOf } from './invariants'

const name = fc.constantFrom('a', 'b', 'c')
const count = fc.integer({ min: 0, max: 4 })
const port = fc.constantFrom(80, 8080)

const command = fc.oneof(
  fc.tuple(name, count).map(([n, c]) => `create deployment ${n} --image=nginx --replicas=${c}`),
  fc.tuple(name, count).map(([n, c]) => `scale deployment ${n} --replicas=${c}`),
  name.map((n) => `delete deployment ${n}`),
  fc.tuple(name, fc.constantFrom('background', 'foreground', 'orphan')).map(([n, how]) => `delete deployment ${n} --cascade=${how}`),
  fc.tuple(name, port, fc.constantFrom('ClusterIP', 'NodePort')).map(([n, p, type]) => `expose deployment ${n} --port=${p} --type=${type}`),
  name.map((n) => `delete svc ${n}`),
  fc.tuple(name, name).map(([n, other]) => `label pods -l app=${n} app=${other} --overwrite`),
  name.map((n) => `label pods -l app=${n} app-`),
  name.map((n) => `delete pods -l app=${n}`),
  name.map((n) => `delete pods -l app=${n} --force --grace-period=0`),
  fc.constant('delete rs --all'),
  fc.tuple(name, fc.constantFrom('cpu=100m', 'memory=64Mi', 'cpu=0')).map(([n, r]) => `set resources deployment ${n} --requests=${r}`),
  fc.tuple(name, fc.constantFrom('nginx:1.25', 'nginx:1.26', 'nosuchimage:1')).map(([n, image]) => `set image deployment/${n} *=${image}`),
  name.map((n) => `rollout restart deployment ${n}`),
  name.map((n) => `rollout undo deployment ${n}`),
  fc.tuple(name, name).map(([n, other]) => `set selector svc ${n} app=${other}`),
  name.map((n) => `create job ${n} --image=busybox -- sh -c "sleep 5"`),
  name.map((n) => `delete job ${n}`),
  fc.tuple(fc.constantFrom('cordon', 'uncordon'), fc.constantFrom('node-1', 'node-2')).map(([verb, node]) => `${verb} ${node}`),
  fc.constant('drain node-2 --ignore-daemonsets --force --delete-emptydir-data'),
  name.map((n) => `run ${n} --image=nginx --labels=app=${n}`),
  name.map((n) => `delete pod ${n}`),
  fc.integer({ min: 1, max: 120 }).map((seconds) => `cluster advance ${seconds}s`),
  fc.tuple(name, count).map(([n, c]) => `apply -f set-${n}-${c}.json`),
  fc.tuple(name, count).map(([n, c]) => `scale statefulset ${n} --replicas=${c}`),
  fc.tuple(name, fc.constantFrom('background', 'foreground', 'orphan')).map(([n, how]) => `delete statefulset ${n} --cascade=${how}`),
  name.map((n) => `apply -f daemon-${n}.json`),
  fc.tuple(name, fc.constantFrom('background', 'orphan')).map(([n, how]) => `delete daemonset ${n} --cascade=${how}`),
  name.map((n) => `create cronjob ${n} --image=busybox --schedule="* * * * *" -- sh -c "sleep 2"`),
  name.map((n) => `delete cronjob ${n}`),
  name.map((n) => `create namespace ns-${n}`),
  name.map((n) => `create deployment ${n} -n ns-${n} --image=nginx --replicas=2`),
  name.map((n) => `expose deployment ${n} -n ns-${n} --port=80`),
  name.map((n) => `delete namespace ns-${n}`),
  fc
    .tuple(name, fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer'))
    .map(([n, type]) => `patch svc ${n} -p '{"spec":{"type":"${type}"}}'`),
  fc.tuple(name, fc.constantFrom('pause', 'resume')).map(([n, verb]) => `rollout ${verb} deployment ${n}`),
  fc.tuple(name, fc.constantFrom('background', 'foreground', 'orphan')).map(([n, how]) => `delete rs -l app=${n} --cascade=${how}`),
  name.map((n) => `delete pods -l app=${n} --wait=false`),
  name.map((n) => `label pods -l !app app=${n}`),
  fc
    .tuple(fc.constantFrom('crash', 'probe'), name)
    .map(([what, n]) => `fault add ${what} deployment/${n}${what === 'probe' ? ' --type readiness' : ''}`),
  fc.constantFrom('fault add node node-2 --for 8m', 'fault add pull nginx* --for 60s', 'fault clear --all'),
  fc.constant('taint node node-2 a=b:NoExecute --overwrite'),
  fc.constant('taint node node-2 a-'),
)

const template = (n: string) => ({ metadata: { labels: { app: n } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } })

function sets(box: Shell): void {
  for (const n of ['a', 'b', 'c']) {
    const base = { apiVersion: 'apps/v1', metadata: { name: n } }
    const spec = { selector: { matchLabels: { app: n } }, template: template(n) }
    for (let replicas = 0; replicas <= 4; replicas++)
      box.write(`set-${n}-${replicas}.json`, JSON.stringify({ ...base, kind: 'StatefulSet', spec: { ...spec, replicas, serviceName: n } }))
    box.write(`daemon-${n}.json`, JSON.stringify({ ...base, kind: 'DaemonSet', spec }))
  }
}

async function check(box: Shell, history: string[]): Promise<void> {
  const rules = new Map<string, string>()
  for (const [i, ip] of ['172.18.0.2', '172.18.0.3'].entries()) rules.set(ip, await box.kubectl(`iptables-save --node node-${i + 1}`))
  const wrong = broken(snapshotOf(box.path('state.json')), rules)
  if (wrong.length) throw new Error(`${wrong.join('\n')}\nafter\n${history.join('\n')}`)
}

const EVERYTHING = [
  'fault clear --all',
  'taint node node-2 a-',
  'delete namespace ns-a ns-b ns-c',
  'delete deployment,statefulset,daemonset,cronjob,rs,job,pod,svc --all',
  'delete controllerrevision --all',
  'uncordon node-1',
  'uncordon node-2',
  'cluster advance 3h',
]

/** Of two nodes. */
const MOST_IMAGES = 2 * 6
const LASTING = ['default', 'kube-system']
/** Logs of two namespaces are looked through when 64 of their entries are overtaken. */
const MOST_LINKS = 2 * 80

function namespacesWithLinks(box: Shell): string[] {
  const state = readState(box.path('state.json'))!
  try {
    return state.keys('~service-links/').map((key) => key.split('/')[1])
  } finally {
    state.close()
  }
}

test('any commands in any order', async () => {
  const runs = rounds(60)
  let commands = 0
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 4, maxLength: 14 }), async (lines) => {
      const box = shell(2)
      sets(box)
      try {
        const history: string[] = []
        for (const line of lines) {
          history.push(`$ kubectl ${line}`)
          const answer = await box.kubectl(line)
          if (/failed unexpectedly|do not come to rest/.test(answer)) throw new Error(`${answer}\nafter\n${history.join('\n')}`)
          await check(box, history)
          commands++
        }
        for (const line of EVERYTHING) await box.kubectl(line)
        await check(box, history)
        const { objects, records } = snapshotOf(box.path('state.json'))
        const left = objects.filter(
          (o) =>
            o.metadata.namespace === 'default' &&
            ['Pod', 'ReplicaSet', 'Job', 'EndpointSlice', 'ControllerRevision', 'Deployment', 'Endpoints'].includes(o.kind),
        )
        const names = left.map((o) => `${o.kind}/${o.metadata.name}`).filter((n) => !n.endsWith('/kubernetes'))
        // What Services were called stays for containers to come, of the namespaces that are there.
        // What a node has pulled stays on it, as on a real one; no more than the images the programs name.
        const { '~service-links': links, '~node-images': images, ...others } = records
        const { '~service-links': _, ...fresh } = await ofFreshCluster()
        expect(images ?? 0).toBeLessThanOrEqual(MOST_IMAGES)
        expect({ names, others }).toEqual({ names: [], others: fresh })
        expect(links ?? 0).toBeLessThan(MOST_LINKS)
        expect(namespacesWithLinks(box).filter((namespace) => !LASTING.includes(namespace))).toEqual([])
      } finally {
        box.remove()
      }
    }),
    { seed, numRuns: runs, endOnFailure: process.env.KUBESIM_SHRINK === undefined },
  )
  tried('a random command, then every invariant', commands)
}, 600_000)

let fresh: Record<string, number> | undefined

async function ofFreshCluster(): Promise<Record<string, number>> {
  if (fresh) return fresh
  const box = shell(2)
  for (const line of EVERYTHING) await box.kubectl(line)
  fresh = snapshotOf(box.path('state.json')).records
  box.remove()
  return fresh
}

test('what a namespace’s containers were told of Services goes with it', async () => {
  const box = shell(1)
  try {
    for (const line of [
      'create namespace gone',
      'cluster advance 20s',
      'run web -n gone --image=nginx --expose --port=80',
      'cluster advance 20s',
    ])
      await box.kubectl(line)
    expect(namespacesWithLinks(box)).toContain('gone')
    await box.kubectl('delete namespace gone')
    await box.kubectl('cluster advance 60s')
    expect(namespacesWithLinks(box)).not.toContain('gone')
  } finally {
    box.remove()
  }
})
