// CoreDNS: its ports and health checks; the answers come from src/network.
import { component, image } from './component'
import { plain } from './servers'

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

export const coredns = image(
  ['registry.k8s.io/coredns/coredns', 'coredns/coredns', 'k8s.gcr.io/coredns/coredns'],
  'coredns',
  22_384_640,
  coreProgram,
)
