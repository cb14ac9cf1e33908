// A namespace goes with all that is in it, in one command: what its controllers would make anew is refused.
import { shell } from './shell'

const SET = (kind: string, more: string) => `apiVersion: apps/v1
kind: ${kind}
metadata: {name: ${kind.toLowerCase()}, namespace: gone}
spec: {selector: {matchLabels: {a: ${kind}}}, template: {metadata: {labels: {a: ${kind}}}, spec: {containers: [{name: c, image: nginx}]}}${more}}
`

test('a namespace with workloads of every kind', async () => {
  const box = shell(2)
  try {
    box.write('sets.yml', `${SET('StatefulSet', ', serviceName: s, replicas: 2')}---\n${SET('DaemonSet', '')}`)
    for (const line of [
      'create namespace gone',
      'create deployment web --image=nginx --replicas=9 -n gone',
      'expose deployment web --port=80 -n gone',
      'autoscale deployment web --max=12 -n gone',
      'create poddisruptionbudget web --selector=app=web --min-available=1 -n gone',
      'create job once --image=busybox -n gone -- sleep 100',
      'create cronjob often --image=busybox --schedule="* * * * *" -n gone -- sleep 5',
      'apply -f sets.yml',
      'cluster advance 130s',
    ])
      expect(await box.kubectl(line)).not.toMatch(/error|failed/i)
    expect((await box.kubectl('get pods -n gone --no-headers')).split('\n').length).toBeGreaterThan(14)
    expect(await box.kubectl('delete namespace gone')).toBe('namespace "gone" deleted\n')
    expect(await box.kubectl('get namespace gone')).toContain('namespaces "gone" not found')
    expect(await box.kubectl('get all,events,endpointslices,configmaps,serviceaccounts -A')).not.toMatch(/^gone /m)
    expect(await box.kubectl('cluster advance 10m')).not.toMatch(/error|failed/i)
  } finally {
    box.remove()
  }
})

test('while a finalizer keeps an object, nothing new can be made beside it', async () => {
  const box = shell(1)
  try {
    await box.kubectl('create namespace gone')
    await box.kubectl('create configmap kept -n gone')
    await box.kubectl('create deployment web --image=nginx -n gone')
    await box.kubectl(`patch configmap kept -n gone -p '{"metadata":{"finalizers":["example.com/keep"]}}'`)
    await box.kubectl('delete namespace gone --wait=false')
    expect(await box.kubectl('get pods,rs -n gone')).toContain('No resources found')
    expect(await box.kubectl('run x --image=nginx -n gone')).toBe(
      'Error from server (Forbidden): pods "x" is forbidden: unable to create new content in namespace gone because it is being terminated\n[exit 1]',
    )
    await box.kubectl(`patch configmap kept -n gone -p '{"metadata":{"finalizers":null}}'`)
    expect(await box.kubectl('get namespace gone')).toContain('not found')
  } finally {
    box.remove()
  }
})
