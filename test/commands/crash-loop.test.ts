// A Deployment that was rolled out and then fails for longer than its progress deadline: time goes on.
import { shell } from './shell'

test('a crash loop outlasts the progress deadline', async () => {
  const sh = shell()
  sh.write(
    'web.yaml',
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: c, image: nginx, livenessProbe: {httpGet: {path: /nope, port: 80}, periodSeconds: 10}}\n',
  )
  await sh.kubectl('apply -f web.yaml')
  expect(await sh.kubectl('cluster advance 30m')).toBe("the cluster's clock is at 2026-11-23T17:30:00Z\n")
  // What was rolled out once has no deadline any more.
  const reason = `-o jsonpath='{.status.conditions[?(@.type=="Progressing")].reason}'`
  expect(await sh.kubectl(`get deployment web ${reason}`)).toBe('NewReplicaSetAvailable')
  expect(await sh.kubectl('get pods')).toMatch(/CrashLoopBackOff +\d+/)
  sh.remove()
}, 30_000)
