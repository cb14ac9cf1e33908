// kubectl cluster-info and its dump.
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from './shell'

let box: Shell
beforeAll(async () => {
  box = shell()
  await box.kubectl('run hello --image=busybox --restart=Never -- echo hi')
})
afterAll(() => box.remove())

test('cluster-info names the control plane and the cluster’s own services', async () => {
  expect(await box.kubectl('cluster-info')).toMatch(
    /^Kubernetes control plane is running at https:\/\/\S+\nCoreDNS is running at https:\/\/\S+\/api\/v1\/namespaces\/kube-system\/services\/kube-dns:dns\/proxy\n\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'\.\n$/,
  )
})

test('dump prints lists and logs of the namespace and of kube-system', async () => {
  const out = await box.kubectl('cluster-info dump')
  const kinds = [...out.matchAll(/^ {4}"kind": "(\w+)List"/gm)].map(([, kind]) => kind)
  const each = ['Event', 'ReplicationController', 'Service', 'DaemonSet', 'Deployment', 'ReplicaSet', 'Pod']
  expect(kinds).toEqual(['Node', ...each, ...each])
  expect(out).toContain(
    '==== START logs for container hello of pod default/hello ====\nhi\n==== END logs for container hello of pod default/hello ====\n',
  )
})

test('dump writes files that only their owner reads', async () => {
  expect(await box.kubectl('cluster-info dump --namespaces default --output-directory=out -o yaml')).toBe('Cluster info dumped to out\n')
  const files = fs.readdirSync(path.join(box.dir, 'out'), { recursive: true }).map(String)
  expect(files.sort()).toEqual([
    'default',
    'default/daemonsets.yaml',
    'default/deployments.yaml',
    'default/events.yaml',
    'default/hello',
    'default/hello/logs.txt',
    'default/pods.yaml',
    'default/replicasets.yaml',
    'default/replication-controllers.yaml',
    'default/services.yaml',
    'nodes.yaml',
  ])
  expect(fs.statSync(path.join(box.dir, 'out/default/pods.yaml')).mode & 0o777).toBe(0o600)
  expect(await box.kubectl('cluster-info dump -A --output-directory=all')).toBe('Cluster info dumped to all\n')
  expect(fs.existsSync(path.join(box.dir, 'all/kube-public/pods.json'))).toBe(true)
})
