// Faults: what each one changes in events, endpoints, rules, traces and requests, and that all of it is gone once it is cleared.
import { Cli, clientPod, deployment, webService } from '../network/cli'

const probes = {
  readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
  livenessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 5, failureThreshold: 2 },
}

describe('faults', () => {
  let cli: Cli
  let pod: string
  beforeEach(async () => {
    cli = new Cli()
    await cli.create([deployment('web', { replicas: 2, container: probes }), webService(), clientPod()])
    await cli.wait(10)
    pod = await out('kubectl get pods -l app=web -o jsonpath={.items[0].metadata.name}')
  })
  afterEach(() => cli.remove())

  async function out(line: string): Promise<string> {
    const { out, err } = await cli.shell(line.replaceAll('POD', pod))
    return out + err
  }
  const endpoints = async () =>
    (await out('kubectl get endpointslices -o jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].targetRef.name}')).split(' ')
  const chains = async () => ((await out('kubesim iptables-save --node node-1 -t nat')).match(/default\/web -> /g) ?? []).length

  test('a probe fails: event, endpoints, rules, hit and trace; cleared, all is as before', async () => {
    expect(await out('kubesim fault add probe POD --type readiness')).toBe(`fault/probe-1 added: pod/${pod}: readiness probe fails\n`)
    await cli.wait(5)
    expect(await endpoints()).not.toContain(pod)
    expect(await chains()).toBe(1)
    expect(await out('kubectl get events')).toMatch(
      /Warning\s+Unhealthy\s+pod\/\S+\s+Readiness probe failed: HTTP probe failed with statuscode: 500/,
    )
    expect(await out('kubesim hit web -n 20')).not.toContain(pod)
    await out('kubesim fault add probe deployment/web --type readiness')
    await cli.wait(5)
    const traced = await out('kubesim trace client web')
    expect(traced).toMatch(/KUBE-SERVICES: "default\/web has no endpoints" -> REJECT/)
    expect(traced).toMatch(/cause .*fault probe-1 is in force \(readiness probe fails\)\nremedy .*\n +kubesim fault clear probe-1/)
    expect(await out('kubesim fault clear --all')).toBe('fault/probe-1 cleared\nfault/probe-2 cleared\n')
    await cli.wait(5)
    expect(await endpoints()).toHaveLength(2)
    expect(await chains()).toBe(2)
  })

  test('a slow probe fails by its timeout, and a failing liveness probe restarts', async () => {
    await out('kubesim fault add probe POD --type liveness --delay 3s')
    await cli.wait(11)
    expect(await out('kubectl get events')).toMatch(
      /Liveness probe failed: Get "http:\/\/[\d.]+:80\/": context deadline exceeded \(Client.Timeout exceeded while awaiting headers\)/,
    )
    expect(await out('kubectl get events')).toMatch(/Container nginx failed liveness probe, will be restarted/)
    expect(await out('kubectl get pod POD -o jsonpath={.status.containerStatuses[0].restartCount}')).not.toBe('0')
  })

  test('a container crashes once, with a code', async () => {
    expect(await out('kubesim fault add crash POD --exit-code 3')).toBe(`container nginx of pod/${pod} ended with exit code 3\n`)
    await cli.wait(15)
    expect(
      await out(
        'kubectl get pod POD -o jsonpath={.status.containerStatuses[0].restartCount},{.status.containerStatuses[0].lastState.terminated.exitCode}',
      ),
    ).toBe('1,3')
    expect(await out('kubesim fault list')).toBe('No faults are in force.\n')
  })

  test('a container crashes again and again', async () => {
    await out('kubesim fault add crash POD --every 2s --oom')
    await cli.wait(60)
    expect(await out('kubectl get pod POD')).toMatch(/0\/1\s+(CrashLoopBackOff|OOMKilled)\s+3/)
    expect(await out('kubectl get pod POD -o yaml')).toMatch(/exitCode: 137[\s\S]*reason: OOMKilled/)
    expect(await out('kubectl get events')).toMatch(/BackOff .*Back-off restarting failed container nginx/)
    await out('kubectl scale deployment web --replicas=1')
  })

  test('an image cannot be pulled', async () => {
    await out('kubesim fault add pull redis*')
    await out('kubectl run cache --image=redis:7')
    expect(await out('kubectl get pod cache')).toMatch(/0\/1\s+(ErrImagePull|ImagePullBackOff)/)
    expect(await out('kubectl get events')).toMatch(
      /Failed to pull image "redis:7": rpc error: code = Unavailable .*manifests\/7: 503 Service Unavailable/,
    )
    await out('kubesim fault clear pull-1')
    await cli.wait(30)
    expect(await out('kubectl get pod cache')).toMatch(/1\/1\s+Running/)
  })

  test.each([
    ['errors', '--status 503 --rate 50%', /answers: \d+ × 200, \d+ × 503/],
    ['no answers', '--hang-up --rate 0.5', /hung up: \d+/],
    ['latency', '--delay 400ms', /latency: median 4\d\d/],
  ])('replies carry %s', async (_name, flags, expected) => {
    await out(`kubesim fault add reply deployment/web ${flags}`)
    expect(await out('kubesim hit web -n 60')).toMatch(expected)
    expect(await out('kubesim trace client web')).toMatch(/fault +reply-1: /)
    await out('kubesim fault clear reply-1')
    expect(await out('kubesim hit web -n 20')).toMatch(/answers: 20 × 200\n/)
  })

  test('errors of the program fail its probes too', async () => {
    await out('kubesim fault add reply POD --status 500')
    await cli.wait(5)
    expect(await endpoints()).not.toContain(pod)
  })

  test("a Pod's network drops", async () => {
    const ip = await out('kubectl get pod POD -o jsonpath={.status.podIP}')
    await out('kubesim fault add network POD')
    expect(await out(`kubesim hit ${ip}:80 -n 4`)).toMatch(/timed out: 4/)
    expect(await out(`kubesim trace client ${ip}:80`)).toMatch(/dropped by fault network-1: the connection times out\ncause/)
    expect(await out('kubesim trace POD web')).toMatch(/the DNS server 10.96.0.10 does not answer: fault network-1 is in force/)
    // What does not go over its network still works.
    expect(await out('kubectl exec POD -- curl -s -o /dev/null -w %{http_code} http://localhost')).toBe('200')
    await cli.wait(5)
    expect(await endpoints()).not.toContain(pod)
  })

  test('DNS is down', async () => {
    await out('kubesim fault add dns --for 60s')
    expect(await out('kubectl exec client -- wget -qO- http://web')).toMatch(/bad address 'web'/)
    expect(await out('kubesim dns query web.default.svc.cluster.local')).toMatch(/no answer from 10.96.0.10: timed out/)
    expect(await out('kubesim trace client web')).toMatch(/A\? no answer: fault dns-1/)
    expect(await out('kubesim hit web -n 3')).toMatch(/not resolved: 3/)
    expect(await out('kubesim fault list')).toMatch(
      /^ID +TARGET +EFFECT +AGE +ENDS\ndns-1 +everybody +no question is answered +0s +in 60s\n$/,
    )
    await cli.wait(61)
    expect(await out('kubesim trace client web')).toMatch(/delivered/)
    await out('kubesim fault add dns client --servfail')
    expect(await out('kubesim dns query web.default.svc.cluster.local --pod client')).toMatch(/SERVFAIL/)
    expect(await out('kubesim dns query web.default.svc.cluster.local --pod POD')).toMatch(/IN A/)
  })

  test('a node is not ready', async () => {
    const node = await out('kubectl get pod POD -o jsonpath={.spec.nodeName}')
    await out(`kubesim fault add node ${node} --for 8m`)
    expect(await out('kubectl logs POD --tail 3')).toMatch(
      /^Error from server: Get "https:\/\/[\d.]+:10250\/containerLogs\/default\/\S+\/nginx\?tailLines=3": dial tcp [\d.]+:10250: connect: connection refused\n$/,
    )
    expect(await out('kubectl exec POD -- ls')).toMatch(
      /^Error from server: error dialing backend: dial tcp [\d.]+:10250: connect: connection refused\n$/,
    )
    await cli.wait(52)
    expect(await out(`kubectl get node ${node}`)).toMatch(/NotReady/)
    expect(await endpoints()).not.toContain(pod)
    const events = await out('kubectl get events')
    expect(events).toMatch(/NodeNotReady\s+pod\/\S+\s+Node is not ready/)
    expect(events).toMatch(/NodeNotReady\s+node\/\S+\s+Node \S+ status is now: NodeNotReady/)
    await cli.wait(330)
    expect(await out('kubectl get pod POD')).toMatch(/Terminating/)
    await cli.wait(150)
    expect(await out(`kubectl get node ${node}`)).toMatch(/ Ready/)
    expect(await out('kubectl get pod POD')).toMatch(/not found/)
    expect(await endpoints()).toHaveLength(2)
  })

  test.each([
    ['an unknown kind', 'add bogus', "error: unknown command 'bogus'\n"],
    ['no target', 'add probe', 'error: name a Pod, or TYPE/NAME, or give --selector\n'],
    ['an unknown Pod', 'add probe nope', 'Error from server (NotFound): pods "nope" not found\n'],
    ['an unknown type', 'add crash foo/bar', `error: the server doesn't have a resource type "foo"\n`],
    ['something without Pods', 'add crash ns/default', 'error: ns/default has no Pods of its own\n'],
    ['an unknown container', 'add crash client -c x', 'error: no Pod of these has a container "x"; there are: c\n'],
    ['an unknown node', 'add node nope', 'Error from server (NotFound): nodes "nope" not found\n'],
    ['an unknown probe', 'add probe client --type live', 'error: unknown probe "live": startup, readiness or liveness\n'],
    ['no effect', 'add reply client', 'error: say what is wrong with the replies: --status, --hang-up or --delay\n'],
    ['a status out of range', 'add reply client --status 99', 'error: invalid status "99": must be from 100 to 599\n'],
    ['a share out of range', 'add network client --rate 200%', 'error: invalid share "200%": must be more than 0% and at most 100%\n'],
    ['a negative time', 'add dns --for -3s', 'error: invalid duration "-3s": must be more than 0\n'],
    ['no duration', 'add dns --for soon', 'error: time: invalid duration "soon"\n'],
    ['an unknown fault', 'clear x', 'error: there is no fault "x"; `kubesim fault list` shows those there are\n'],
    ['nothing to clear', 'clear', 'error: name the faults to clear, or say --all\n'],
    ['an unknown output', 'list -o yaml', 'error: unknown output "yaml": only json\n'],
  ])('refused: %s', async (_name, words, expected) => {
    const { err, exit } = await cli.shell(`kubesim fault ${words}`)
    expect([err, exit]).toEqual([expected, 1])
    expect(await out('kubesim fault list -o json')).toBe('[]\n')
  })
})
