// The images of the cluster's own Pods: CoreDNS, kube-proxy, the control plane, etcd, kindnet.
import type { HttpResponse, Image, Listener, ProcessContext, Program } from '../process'
import { executable, goNotFound, plain, splitPath } from './servers'

interface Port {
  port: number
  protocol?: Listener['protocol']
  tls?: boolean
  stream?: boolean
  local?: boolean
}

/** Listens and answers health checks; `lines` is what it writes first. */
function component(
  ports: Port[],
  lines: (context: ProcessContext) => string[],
  respond: (path: string, port: number, context: ProcessContext) => HttpResponse | undefined,
): Program {
  return {
    start(context) {
      for (const line of lines(context)) context.log(line, 'stderr')
      const listeners = ports.map(
        (p): Listener => ({
          port: p.port,
          protocol: p.protocol ?? 'TCP',
          handler: p.stream ? 'stream' : 'http',
          ...(p.tls ? { tls: true } : {}),
          ...(p.local ? { address: '127.0.0.1' } : {}),
        }),
      )
      return { state: null, listeners }
    },
    signal: (state, signal) => (signal === 'SIGTERM' || signal === 'SIGINT' ? { state, exit: { code: 0 } } : undefined),
    http: (_state, request, listener, context) => ({
      response: respond(splitPath(request.path).path, listener.port, context) ?? goNotFound(),
    }),
    stream: () => ({ data: '' }),
  }
}

function healthy(path: string): HttpResponse | undefined {
  return /^\/(?:healthz|livez|readyz)(?:\/|$)/.test(path)
    ? plain('ok')
    : path === '/metrics'
      ? plain('# HELP up Whether it runs\n# TYPE up gauge\nup 1\n')
      : undefined
}

const coreProgram = component(
  [{ port: 53, protocol: 'UDP', stream: true }, { port: 53, stream: true }, { port: 9153 }, { port: 8080 }, { port: 8181 }],
  () => [
    '.:53',
    '[INFO] plugin/reload: Running configuration SHA512 = 1b226df79860026c6a52e67daa10d7f0d57ec5b023288ec00c5e05f93523c894564e15b91770d3a07ae1cfbe861d15b37d4a0027e69c546ab112970993a3b03b',
    'CoreDNS-1.12.1',
    'linux/amd64, go1.24.1, 707c7c1',
  ],
  (path, port) => {
    if (port === 8080) return path === '/health' ? plain('OK') : undefined
    if (port === 8181) return path === '/ready' ? plain('OK') : undefined
    return path === '/metrics'
      ? plain(
          '# HELP coredns_build_info A metric with a constant \'1\' value labeled by version, revision, and goversion from which CoreDNS was built.\n# TYPE coredns_build_info gauge\ncoredns_build_info{goversion="go1.24.1",revision="707c7c1",version="1.12.1"} 1\n',
        )
      : undefined
  },
)

function image(repositories: string[], binary: string, sizeBytes: number, program: Program): Image {
  return {
    repositories,
    entrypoint: [`/${binary}`],
    sizeBytes,
    files: { [`/${binary}`]: '', [`/usr/local/bin/${binary}`]: '' },
    program: (argv) => (executable(argv) === binary ? program : undefined),
  }
}

export const coredns = image(
  ['registry.k8s.io/coredns/coredns', 'coredns/coredns', 'k8s.gcr.io/coredns/coredns'],
  'coredns',
  22_384_640,
  coreProgram,
)

export const kubeProxy = image(
  ['registry.k8s.io/kube-proxy'],
  'kube-proxy',
  36_132_864,
  component(
    [{ port: 10256 }, { port: 10249, local: true }],
    () => [],
    (path) =>
      path === '/healthz' || path === '/livez'
        ? plain('{"lastUpdated": "","currentTime": "", "nodeEligible": true}')
        : path === '/proxyMode'
          ? plain('iptables')
          : healthy(path),
  ),
)

const FORBIDDEN = (path: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `forbidden: User "system:anonymous" cannot get path "${path}"`,
  reason: 'Forbidden',
  details: {},
  code: 403,
})

export const apiserver = image(
  ['registry.k8s.io/kube-apiserver'],
  'kube-apiserver',
  27_060_000,
  component(
    [{ port: 6443, tls: true }],
    () => [],
    (path) => {
      if (healthy(path)?.body === 'ok') return plain('ok')
      const json = (status: number, body: unknown): HttpResponse => ({
        status,
        headers: { 'content-type': 'application/json' },
        body: `${JSON.stringify(body, null, 2)}\n`,
      })
      if (path === '/version') return json(200, { major: '1', minor: '37', gitVersion: 'v1.37.2', platform: 'linux/amd64' })
      return json(403, FORBIDDEN(path))
    },
  ),
)

export const controllerManager = image(
  ['registry.k8s.io/kube-controller-manager'],
  'kube-controller-manager',
  22_820_000,
  component([{ port: 10257, tls: true, local: true }], () => [], healthy),
)
export const scheduler = image(
  ['registry.k8s.io/kube-scheduler'],
  'kube-scheduler',
  17_380_000,
  component([{ port: 10259, tls: true, local: true }], () => [], healthy),
)
export const etcd = image(
  ['registry.k8s.io/etcd', 'quay.io/coreos/etcd'],
  'etcd',
  58_938_593,
  component(
    [
      { port: 2379, tls: true },
      { port: 2380, tls: true },
      { port: 2381, local: true },
    ],
    () => [],
    (path) => (path === '/health' ? plain('{"health":"true"}') : healthy(path)),
  ),
)
export const kindnet = image(
  ['docker.io/kindest/kindnetd', 'kindest/kindnetd', 'registry.k8s.io/networking/kindnet'],
  'kindnetd',
  38_600_000,
  component(
    [],
    () => [],
    () => undefined,
  ),
)
export const localPath = image(
  ['docker.io/kindest/local-path-provisioner', 'kindest/local-path-provisioner', 'rancher/local-path-provisioner'],
  'local-path-provisioner',
  20_600_000,
  component(
    [],
    () => [],
    () => undefined,
  ),
)
export const metricsServer = image(
  ['registry.k8s.io/metrics-server/metrics-server'],
  'metrics-server',
  19_400_000,
  component(
    [
      { port: 10250, tls: true },
      { port: 4443, tls: true },
    ],
    () => [],
    healthy,
  ),
)
