// Images that answer over HTTP, as their sources do: status, headers in their order, body, log, exit codes of signals.
import type { Container } from '../../../src/api/types'
import { connectToPod } from '../../../src/runtime/connect'
import { signalContainer } from '../../../src/runtime/containers'
import { runProbe } from '../../../src/runtime/probes'
import type { HttpRequest, HttpResponse } from '../../../src/runtime/process'
import { exec, logOf, play, start, type TestWorld, testPod, testWorld } from '../world'

const DATE = 'Tue, 24 Nov 2026 10:00:00 GMT'

function box(container: Partial<Container>, spec = {}) {
  const pod = testPod('box', container, '10.244.0.9', spec)
  const world: TestWorld = testWorld({ pods: [pod] })
  const record = start(world, pod)
  const [first] = pod.spec.containers
  const connect = (port: number, protocol: 'TCP' | 'UDP' = 'TCP') => {
    const connection = connectToPod(world, pod, port, { protocol })
    if (connection.outcome !== 'connected') throw new Error(connection.outcome)
    return connection
  }
  const ask = (path: string, more: Partial<HttpRequest> & { port?: number } = {}): HttpResponse =>
    connect(more.port ?? record.listeners[0].port).request({
      path,
      headers: { 'User-Agent': 'curl/8.5.0', Accept: '*/*', Host: 'web' },
      ...more,
    })
  const log = () => logOf(world, pod)
  const end = (signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL') => signalContainer(world, pod, first, signal)?.exit?.code
  return { world, pod, record, first, connect, ask, log, end }
}

const AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.53'
const agnhost = (...args: string[]) => box({ image: AGNHOST, args })
/** Ports of clients are drawn. */
const masked = (text: string) => text.replace(/(172\.18\.0\.2|10\.244\.0\.9):\d+/g, '$1:PORT')

describe('net/http', () => {
  test('headers come in its order', () => {
    const { ask } = box({ image: 'gcr.io/google-samples/hello-app:1.0' })
    expect(Object.entries(ask('/').headers)).toEqual([
      ['date', DATE],
      ['content-length', '43'],
      ['content-type', 'text/plain; charset=utf-8'],
    ])
  })
  test('HEAD has the length of what is not sent', () => {
    const { ask } = box({ image: 'gcr.io/google-samples/hello-app:1.0' })
    expect(ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '', headers: { 'content-length': '43' } })
  })
  test.each([
    ['process 1', {}, 'SIGTERM', 2],
    ['process 1', {}, 'SIGINT', 2],
    ['not process 1', { shareProcessNamespace: true }, 'SIGTERM', 143],
    ['anyone', {}, 'SIGKILL', 137],
  ] as const)('%s without a handler (%j) ends of %s with %i', (_who, spec, signal, code) => {
    expect(box({ image: 'traefik/whoami' }, spec).end(signal)).toBe(code)
  })
})

describe('hashicorp/http-echo', () => {
  const image = 'hashicorp/http-echo:1.0'
  test('answers its text and logs', () => {
    const { ask, log } = box({ image, args: ['-text=hi', '-status-code', '418', '-listen=:80'] })
    expect(ask('/x?y', { port: 80 })).toEqual({
      status: 418,
      headers: {
        'x-app-name': 'http-echo',
        'x-app-version': '1.0.0',
        date: DATE,
        'content-length': '3',
        'content-type': 'text/plain; charset=utf-8',
      },
      body: 'hi\n',
    })
    expect(ask('/health')).toMatchObject({ status: 200, body: '{"status":"ok"}\n' })
    expect(log().map(masked)).toEqual([
      '2026/11/24 10:00:00 [INFO] server is listening on :80',
      '2026/11/24 10:00:00 web 172.18.0.2:PORT "GET /x HTTP/1.1" 418 3 "curl/8.5.0" 24.146µs',
    ])
  })
  test('has a text of its own', () => expect(box({ image }).ask('/').body).toBe('hello-world\n'))
  test('an interruption is no good end', () => expect(box({ image }).end('SIGTERM')).toBe(2))
  test.each([
    ['no text', [], [{ name: 'ECHO_TEXT', value: '' }], 127, 'Missing -text option or ECHO_TEXT env var!'],
    ['words', ['-text=a', 'b'], [], 127, 'Too many arguments!'],
    ['an unknown flag', ['-txt=a'], [], 2, 'flag provided but not defined: -txt'],
    ['a flag without its value', ['-text'], [], 2, 'flag needs an argument: -text'],
    ['no number', ['-status-code=x'], [], 2, 'invalid value "x" for flag -status-code: parse error'],
    ['help', ['-h'], [], 0, 'Usage of /http-echo:'],
  ])('%s', (_name, args, env, code, line) => {
    const { record, log } = box({ image, args, env })
    expect([record.exit?.code, log()[0]]).toEqual([code, line])
  })
  test('its usage', () => {
    expect(box({ image, args: ['--help'] }).log()).toEqual([
      'Usage of /http-echo:',
      '  -listen string',
      '    \taddress and port to listen (default ":5678")',
      '  -status-code int',
      '    \thttp response code, e.g.: 200 (default 200)',
      '  -text string',
      '    \ttext to put on the webpage',
      '  -version',
      '    \tdisplay version information',
    ])
  })
})

describe('traefik/whoami', () => {
  const image = 'traefik/whoami:v1.10'
  test('writes down the request, lines ended as on the wire', () => {
    const { ask } = box({ image, args: ['--name=me'] })
    expect(masked(ask('/p?env=true', { headers: { Host: 'web', 'X-B': '1', 'X-A': '2' } }).body)).toBe(
      'Name: me\nHostname: box\nIP: 127.0.0.1\nIP: ::1\nIP: 10.244.0.9\nRemoteAddr: 172.18.0.2:PORT\n' +
        'GET /p?env=true HTTP/1.1\r\nHost: web\r\nUser-Agent: Go-http-client/1.1\r\nX-A: 2\r\nX-B: 1\r\n\r\n' +
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOSTNAME=box\nHOME=/root\n',
    )
  })
  test('/api is JSON that any page may read', () => {
    const { headers, body } = box({ image }).ask('/api')
    expect(headers).toMatchObject({ 'access-control-allow-origin': '*', 'content-type': 'application/json' })
    expect(masked(body)).toBe(
      '{"hostname":"box","ip":["127.0.0.1","::1","10.244.0.9"],"headers":{"Accept":["*/*"],"User-Agent":["curl/8.5.0"]},"url":"/api","host":"web","method":"GET","remoteAddr":"172.18.0.2:PORT"}\n',
    )
  })
  test('/health is as it was told to be', () => {
    const { ask, log } = box({ image })
    expect(ask('/health').status).toBe(200)
    expect(ask('/health', { method: 'POST', body: '503' }).status).toBe(200)
    expect(ask('/health').status).toBe(503)
    expect(ask('/health', { method: 'POST', body: '"x"' })).toMatchObject({
      status: 400,
      body: 'json: cannot unmarshal string into Go value of type int\n',
    })
    expect(log().at(-1)).toBe('Update health check status code [503]')
  })
  test.each([
    ['/data', ''],
    ['/data?size=2', '||'],
    ['/data?size=5', '|ABC|'],
    ['/data?size=-1', ''],
    ['/bench', '1'],
  ])('%s', (path, body) => expect(box({ image }).ask(path).body).toBe(body))
  test('waits as long as it is asked to', () => expect(box({ image }).ask('/?wait=1500ms').delayMs).toBe(1500))
  test('says that its port is taken', () => {
    const pod = testPod('box', { image }, '10.244.0.9')
    pod.spec.containers.push({ ...pod.spec.containers[0], name: 'second' })
    const world = testWorld({ pods: [pod] })
    start(world, pod)
    expect(start(world, pod, pod.spec.containers[1]).exit?.code).toBe(1)
    expect(logOf(world, pod, 'second')[1]).toBe('2026/11/24 10:00:00 listen tcp :80: bind: address already in use')
  })
})

test('the echo servers give the request back, and headers from the environment', () => {
  const { ask, log } = box({
    image: 'jmalloc/echo-server',
    env: [
      { name: 'SEND_HEADER_X_COLOR', value: 'blue' },
      { name: 'LOG_HTTP_BODY', value: '1' },
    ],
  })
  expect(ask('/a?b', { method: 'POST', body: 'hello kubernetes, hello' })).toEqual({
    status: 200,
    headers: { 'content-type': 'text/plain', 'x-color': 'blue', date: DATE, 'content-length': '112' },
    body: 'Request served by box\n\nPOST /a?b HTTP/1.1\n\nHost: web\nAccept: */*\nUser-Agent: curl/8.5.0\n\nhello kubernetes, hello',
  })
  expect(log().map(masked).slice(1)).toEqual([
    '--------  172.18.0.2:PORT | POST /a?b',
    '00000000  68 65 6c 6c 6f 20 6b 75  62 65 72 6e 65 74 65 73  |hello kubernetes|',
    '00000010  2c 20 68 65 6c 6c 6f                              |, hello|',
  ])
  expect(ask('/', { headers: { Host: 'web', 'X-Send-Server-Hostname': 'FALSE' } }).body).toMatch(/^GET \/ HTTP/)
})

describe('httpd', () => {
  test('the page it comes with', () => {
    const { ask, log } = box({ image: 'httpd:2.4' })
    expect(Object.entries(ask('/').headers)).toEqual([
      ['date', DATE],
      ['server', 'Apache/2.4.62 (Unix)'],
      ['last-modified', 'Mon, 11 Jun 2007 18:53:14 GMT'],
      ['etag', '"2d-432a5e4a73a80"'],
      ['accept-ranges', 'bytes'],
      ['content-length', '45'],
      ['content-type', 'text/html'],
    ])
    expect(log().at(-1)).toBe('172.18.0.2 - - [24/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 45')
  })
  test.each([
    ['GET', '/nope', 404, 'The requested URL was not found on this server.'],
    ['PUT', '/', 405, 'The requested method PUT is not allowed for this URL.'],
    ['BREW', '/', 501, 'BREW not supported for current URL.'],
  ])('%s %s', (method, path, status, words) => {
    const answer = box({ image: 'httpd:2.4' }).ask(path, { method })
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(`<p>${words}</p>`)
  })
  test('follows files and its configuration', () => {
    const { world, pod, ask } = box({ image: 'httpd:2.4' })
    exec(world, pod, 'sh', '-c', 'mkdir htdocs/d; echo one > htdocs/d/a.txt')
    expect(ask('/d')).toMatchObject({ status: 301, headers: { location: 'http://web/d/' } })
    expect(ask('/d/').body).toContain(
      '<h1>Index of /d</h1>\n<ul><li><a href="/"> Parent Directory</a></li>\n<li><a href="a.txt"> a.txt</a></li>',
    )
    expect(ask('/d/a.txt')).toMatchObject({ body: 'one\n', headers: { 'content-type': 'text/plain' } })
    expect(exec(world, pod, 'httpd', '-v').stdout).toMatch(/^Server version: Apache\/2\.4\.62/)
  })
  test('ends gracefully', () => {
    const { end, log } = box({ image: 'httpd:2.4' })
    expect(end('SIGTERM')).toBe(0)
    expect(log().at(-1)).toBe('[Tue Nov 24 10:00:00.000000 2026] [mpm_event:notice] [pid 1:tid 1] AH00491: caught SIGTERM, shutting down')
  })
})

describe('agnhost netexec', () => {
  test.each<[string, string, Partial<HttpResponse>, string]>([
    ['a name', '/hostname', { status: 200, body: 'box' }, 'GET /hostname'],
    ['a client', '/clientip', { body: '172.18.0.2:PORT' }, 'GET /clientip'],
    ['the time', '/', { body: 'NOW: 2026-11-24 10:00:00 +0000 UTC m=+0.000000000' }, 'GET /'],
    ['anything else', '/what', { body: 'NOW: 2026-11-24 10:00:00 +0000 UTC m=+0.000000000' }, 'GET /'],
    ['an echo', '/echo?msg=a%20b&code=418', { status: 418, body: 'a b' }, 'GET /echo?msg=a b&code=418'],
    [
      'no code',
      '/echo?msg=a&code=x',
      { status: 200, body: 'argument \'code\' must be an integer or empty, got "x"\n' },
      'GET /echo?msg=a&code=x',
    ],
    ['health', '/healthz', { status: 200, body: '' }, 'GET /healthz'],
    [
      'a redirect',
      '/redirect?location=/echo%3Fmsg=a&code=307',
      { status: 307, body: '<a href="/echo?msg=a">Temporary Redirect</a>.\n\n' },
      'GET /redirect?msg=/echo?msg=a&code=307',
    ],
    [
      'a shell',
      '/shell?cmd=echo+hi;+exit+3',
      { body: '{"error":"exit status 3","output":"hi\\n"}' },
      'Output: map[error:exit status 3 output:hi',
    ],
    [
      'no upload',
      '/upload',
      { body: '{"error":"Unable to upload file."}' },
      "Unable to upload file: request Content-Type isn't multipart/form-data",
    ],
    ['no request', '/dial?host=10.244.0.9&port=8080', { status: 400, body: 'request parameter not specified. <nil>\n' }, ''],
    ['no protocol', '/dial?request=x&protocol=smtp', { status: 400, body: 'unsupported protocol. smtp\n' }, ''],
    [
      'tries',
      '/dial?request=x&tries=y',
      { status: 400, body: 'tries parameter is invalid. strconv.Atoi: parsing "y": invalid syntax\n' },
      '',
    ],
    [
      'nobody',
      '/dial?request=x&host=nope&port=80',
      { status: 400, body: 'host and/or port param are invalid. lookup nope: no such host\n' },
      '',
    ],
    ['itself', '/dial?request=hostname&host=127.0.0.1&port=8080&tries=2', { body: '{"responses":["box","box"]}' }, ''],
    ['itself by UDP', '/dial?request=hostname&host=127.0.0.1&port=8081&protocol=udp', { body: '{"responses":["box"]}' }, ''],
    [
      'a closed port',
      '/dial?request=x&host=127.0.0.1&port=81',
      { body: '{"errors":["Get \\"http://127.0.0.1:81/x\\": dial tcp 127.0.0.1:81: connect: connection refused"]}' },
      '',
    ],
  ])('%s', (_name, path, wanted, line) => {
    const { ask, log } = agnhost('netexec')
    const answer = ask(path)
    expect({ ...answer, body: masked(answer.body) }).toMatchObject(wanted)
    expect(log().join('\n')).toContain(line)
  })
  test('a file is uploaded', () => {
    const { ask, world, pod } = agnhost('netexec')
    const body = '--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nall of it\r\n--B--\r\n'
    const answer = ask('/upload', { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=B' }, body })
    expect(answer.status).toBe(201)
    expect(exec(world, pod, 'cat', (JSON.parse(answer.body) as { output: string }).output).stdout).toBe('all of it')
  })
  test.each([
    ['at once', '/exit?code=7', 7, 0],
    ['by and by', '/exit?code=3&wait=5s', 3, 5000],
    ['gracefully', '/exit?timeout=1s', 0, 0],
    ['the old way', '/shutdown', 0, 0],
  ])('ends %s', (_name, path, code, after) => {
    const { ask, world, pod } = agnhost('netexec')
    ask(path)
    if (after > 0) expect(play(world, pod, after - 1)?.exit).toBeUndefined()
    expect(play(world, pod, after)?.exit?.code).toBe(code)
  })
  test('is not ready without its second server', () => expect(agnhost('netexec', '--udp-port=-1').ask('/healthz').status).toBe(412))
  test('answers one path to all', () => expect(agnhost('netexec', '--http-override=/echo?msg=x').ask('/hostname').body).toBe('x'))
  test('UDP', () => {
    const { connect } = agnhost('netexec')
    expect(['hostname', 'ECHO A b', 'what'].map((text) => connect(8081, 'UDP').stream(text))).toEqual(['box', 'a b', ''])
  })
})

describe('agnhost', () => {
  test.each<[string, string[], string[], number]>([
    ['entrypoint-tester', ['entrypoint-tester', 'a', 'b'], ['[/agnhost entrypoint-tester a b]'], 0],
    ['a command that there is not', ['nope'], ['Error: unknown command "nope" for "app"', "Run 'app --help' for usage."], 0],
    ['dns-suffix', ['dns-suffix'], ['default.svc.cluster.local,svc.cluster.local,cluster.local'], 0],
    ['dns-server-list', ['dns-server-list'], ['10.96.0.10'], 0],
    ['connect, no port', ['connect', 'x'], ['UNKNOWN: address x: missing port in address'], 1],
    ['connect, no name', ['connect', 'x:80'], ['DNS: lookup x: no such host'], 1],
    ['connect, nobody', ['connect', '--timeout', '3s', '127.0.0.1:80'], ['REFUSED'], 1],
    [
      'logs-generator, nothing',
      ['logs-generator'],
      ['F1124 10:00:00.000000       1 logs_generator.go:64] Invalid total number of lines: 0'],
      255,
    ],
    [
      'mounttest',
      ['mounttest', '--new_file_0660=/tmp/f', '--file_perm=/tmp/f'],
      ['content of file "/tmp/f": mount-tester new file', '', 'perms of file "/tmp/f": -rw-rw----'],
      0,
    ],
    [
      'mounttest, nothing there',
      ['mounttest', '--file_content=/nope'],
      ['error reading file content for "/nope": open /nope: no such file or directory'],
      1,
    ],
  ])('%s', (_name, args, lines, code) => {
    const { record, log } = agnhost(...args)
    expect([log(), record.exit?.code]).toEqual([lines, code])
  })
  test('pause ends with a code for each signal', () => {
    expect([agnhost().log(), agnhost('pause').end('SIGTERM'), agnhost('pause').end('SIGINT')]).toEqual([['Paused'], 2, 1])
  })
  test('logs-generator spreads its lines', () => {
    const { world, pod, log } = agnhost('logs-generator', '-t', '4', '-d', '8s')
    play(world, pod, 5000)
    expect(log()).toHaveLength(3)
    expect(log()[1]).toMatch(
      /^I1124 10:00:02\.000000 {7}1 logs_generator\.go:76\] 1 (GET|POST|PUT) \/api\/v1\/namespaces\/[a-z-]+\/pods\/\w{3,4} [2-5]\d\d$/,
    )
    expect(play(world, pod, 8000)?.exit?.code).toBe(0)
  })
  test('serve-hostname stays a minute after SIGTERM', () => {
    const { ask, end, log, world, pod } = agnhost('serve-hostname', '--close')
    expect(ask('/')).toMatchObject({ body: 'box', headers: { connection: 'close' } })
    expect(end('SIGTERM')).toBeUndefined()
    expect(ask('/').body).toBe('box')
    expect(log()).toContain('2026/11/24 10:00:00 Shutting down after receiving signal: terminated.')
    expect(play(world, pod, 60_000)?.exit?.code).toBe(0)
  })
  test('serve-hostname over TCP', () => {
    const { connect } = agnhost('serve-hostname', '--http=false', '--tcp')
    expect(connect(9376).stream('')).toBe('box')
  })
  test('porter serves what its environment says', () => {
    const env = Object.entries({ SERVE_PORT_81: 'one', SERVE_TLS_PORT_444: 'two', SERVE_UDP_PORT_53: 'three' })
    const { ask, connect } = box({
      image: AGNHOST,
      args: ['porter', '--json-response'],
      env: env.map(([name, value]) => ({ name, value })),
    })
    expect(ask('/', { port: 81 }).body).toBe('{"Method":"GET","Body":"one"}')
    expect([connect(444).tls, connect(53, 'UDP').stream('x')]).toEqual([true, 'three'])
  })
  test('liveness ends well after ten seconds, and has ways to be slow', () => {
    const { ask, world } = agnhost('liveness')
    expect(ask('/healthz')).toMatchObject({ status: 200, body: 'ok' })
    expect(ask('/sleep-headers?time=2&code=201')).toMatchObject({ status: 201, delayMs: 2000, body: 'Slept for 2 secs\n' })
    expect(ask('/disconnect-headers').status).toBe(0)
    world.at(10_500)
    expect(ask('/healthz')).toMatchObject({ status: 500, body: 'error: 10.5' })
    expect(ask('/started').body).toBe('10.5s')
    expect(ask('/nope')).toMatchObject({ status: 404, body: '404 page not found\n' })
  })
  test('test-webserver serves its root', () => {
    const { ask } = agnhost('test-webserver', '--port=81')
    expect(ask('/etc/hostname')).toMatchObject({ status: 200, body: 'box\n', headers: { 'cache-control': 'private' } })
    expect(ask('/etc').status).toBe(301)
    expect(ask('/').body).toContain('<a href="etc">etc/</a>')
  })
  test('fake-gitserver and http-echo', () => {
    expect(agnhost('fake-gitserver').ask('/x').body).toBe('I am a fake git server')
    expect(JSON.parse(agnhost('http-echo').ask('/x?y').body)).toEqual({
      path: '/x?y',
      host: 'web',
      method: 'GET',
      proto: 'HTTP/1.1',
      headers: { Accept: ['*/*'], 'User-Agent': ['curl/8.5.0'] },
      httpPort: '8080',
      namespace: '',
      pod: '',
    })
  })
  test('grpc-health-checking is probed as it is told to be', () => {
    const { world, pod, first, ask } = agnhost('grpc-health-checking', '--service=s', '--delay-unhealthy-sec=30')
    const probed = (service?: string) => runProbe(world, pod, first, { grpc: { port: 5000, ...(service ? { service } : {}) } }, 'liveness')
    expect(probed('s')).toEqual({ result: 'success' })
    expect(probed()).toEqual({
      result: 'failure',
      output: 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service',
    })
    ask('/make-not-serving', { port: 8080 })
    expect(probed('s')).toEqual({ result: 'failure', output: 'service unhealthy (responded with "NOT_SERVING")' })
    ask('/make-serving', { port: 8080 })
    world.at(30_000)
    expect(probed('s')).toEqual({ result: 'failure', output: 'service unhealthy (responded with "NOT_SERVING")' })
  })
})

test('a guestbook has a primary, a replica and a front end', () => {
  const pods = ['primary', 'replica', 'front'].map((name, i) =>
    testPod(
      name,
      {
        image: AGNHOST,
        args: name === 'front' ? ['guestbook'] : ['guestbook', '--http-port', '6379', ...(i ? ['--replicaof', 'agnhost-primary'] : [])],
      },
      `10.244.1.${i}`,
    ),
  )
  const world = testWorld({ pods })
  world.names['agnhost-primary'] = '10.244.1.0'
  world.names['agnhost-replica'] = '10.244.1.1'
  const front = (path: string) => {
    const connection = connectToPod(world, pods[2], 80)
    return connection.outcome === 'connected' ? connection.request({ path }).body : connection.outcome
  }
  start(world, pods[1])
  expect(logOf(world, pods[1]).at(-1)).toMatch(/encountered error while registering to primary: .*connection refused\. Retrying in 1s\.$/)
  start(world, pods[0])
  play(world, pods[1], 1000)
  expect(logOf(world, pods[1]).at(-1)).toBe('2026/11/24 10:00:01 Registered to node: agnhost-primary')
  start(world, pods[2])
  expect(front('/guestbook?cmd=set&key=messages&value=hello')).toBe('{"message":"Updated"}')
  expect(front('/guestbook?cmd=get&key=messages')).toBe('{"data":"hello"}')
  expect(front('/guestbook?cmd=get&key=none')).toBe('{"data":""}')
  expect(front('/guestbook?cmd=del')).toBe("unsupported cmd: 'del'\n")
})

test('a replica without its primary gives up', () => {
  const { world, pod, log } = agnhost('guestbook', '--replicaof=nobody')
  expect(log()[0]).toBe('2026/11/24 10:00:00 unable to get IP nobody:6379: dial udp: lookup nobody: no such host. Retrying in 1s.')
  expect(play(world, pod, 20_000)?.exit?.code).toBe(1)
})
