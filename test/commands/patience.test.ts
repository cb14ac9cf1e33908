// Commands that wait under a clock that stands still: the cluster's time goes on as far as they wait, nobody sleeps.
import { type Shell, shell } from './shell'

const SLOW = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'slow' },
  spec: {
    containers: [{ name: 'c', image: 'nginx', readinessProbe: { httpGet: { port: 80 }, initialDelaySeconds: 20, periodSeconds: 5 } }],
  },
}

describe('waiting', () => {
  let sh: Shell
  beforeEach(async () => {
    sh = shell()
    sh.write('slow.json', JSON.stringify(SLOW))
    await sh.kubectl('create -f slow.json')
  })
  afterEach(() => sh.remove())
  const clock = async () => (await sh.kubectl('cluster info')).match(/Clock:\s+(\S+)/)?.[1]

  test('until a condition is met', async () => {
    expect(await sh.kubectl('wait --for=condition=Ready pod/slow --timeout=60s')).toBe('pod/slow condition met\n')
    expect(await clock()).toBe('2026-11-23T17:00:20Z')
  })

  test('until patience ends', async () => {
    expect(await sh.kubectl('wait --for=condition=Ready pod/slow --timeout=5s')).toBe(
      'error: timed out waiting for the condition on pods/slow\n[exit 1]',
    )
    expect(await clock()).toBe('2026-11-23T17:00:05Z')
  })

  test('until objects are gone', async () => {
    await sh.kubectl('run idle --image=busybox -- sleep 3600')
    // A shell's sleep as process 1 knows no SIGTERM: it takes the whole grace period.
    expect(await sh.kubectl('delete pod idle')).toBe('pod "idle" deleted from default namespace\n')
    expect(await clock()).toBe('2026-11-23T17:00:30Z')
  })

  test('until a rollout is through', async () => {
    await sh.kubectl('create deployment web --image=nginx --replicas=2')
    expect(await sh.kubectl('rollout status deployment web')).toMatch(/deployment "web" successfully rolled out\n$/)
  })

  test('until a program that was attached to ends', async () => {
    expect(await sh.kubectl('run once --image=busybox --restart=Never --rm -i --command -- sh -c "echo a; sleep 5; echo b"')).toMatch(
      /a\nb\n[\s\S]*pod "once" deleted/,
    )
    expect(await clock()).toBe('2026-11-23T17:00:05Z')
  })
})
