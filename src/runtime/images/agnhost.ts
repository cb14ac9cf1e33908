// agnhost: the Kubernetes project's own test image, one program with many subcommands. Follows kubernetes/test/images/agnhost.
import { quote } from '../../lib/go-values'
import type { Image, Program } from '../process'
import { extraCommands } from '../shell/catalogue'
import { guestbook } from './agnhost-guestbook'
import { netexec } from './agnhost-netexec'
import { echoesRequests, fakeGitServer, grpcHealth, liveness, porter, serveHostname, testWebserver } from './agnhost-servers'
import { connect, dnsServerList, dnsSuffix, entrypointTester, etcHosts, logsGenerator, mountTest, paused, waiting } from './agnhost-tools'
import { executable } from './servers'

const PROGRAMS: Record<string, (argv: string[], tag: string) => Program> = {
  connect,
  'dns-server-list': () => dnsServerList,
  'dns-suffix': () => dnsSuffix,
  'entrypoint-tester': entrypointTester,
  'etc-hosts': () => etcHosts,
  'fake-gitserver': () => fakeGitServer,
  'grpc-health-checking': grpcHealth,
  guestbook,
  'http-echo': echoesRequests,
  liveness: () => liveness,
  'logs-generator': logsGenerator,
  mounttest: mountTest,
  netexec: (argv, tag) => netexec(argv, () => [agnhost, tag]),
  pause: () => paused,
  porter,
  'serve-hostname': serveHostname,
  'test-webserver': testWebserver,
}
/** Those that have nothing to do here but to be there. */
const WAITING = [
  'audit-proxy',
  'crd-conversion-webhook',
  'external-metrics',
  'fake-registry-server',
  'inclusterclient',
  'mtlsclient',
  'mtlsserver',
  'net',
  'nettest',
  'no-snat-test',
  'no-snat-test-proxy',
  'podcertificatesigner',
  'port-forward-tester',
  'resource-consumer-controller',
  'test-service-account-issuer-discovery',
  'webhook',
]

/** A subcommand that there is not: said, and, as nobody looks at the error, a good end. */
function unknown(name: string): Program {
  return {
    start(context) {
      context.write(`Error: unknown command ${quote(name)} for "app"\nRun 'app --help' for usage.\n`, 'stderr')
      return { state: null, exit: { code: 0 } }
    },
  }
}

function programOf(argv: string[], tag: string): Program {
  const name = argv.slice(1).find((a) => !a.startsWith('-')) ?? ''
  if (Object.hasOwn(PROGRAMS, name)) return PROGRAMS[name](argv, tag)
  return WAITING.includes(name) ? waiting : unknown(name)
}

export const agnhost: Image = {
  repositories: [
    'registry.k8s.io/e2e-test-images/agnhost',
    'k8s.gcr.io/e2e-test-images/agnhost',
    'gcr.io/kubernetes-e2e-test-images/agnhost',
    'us.gcr.io/k8s-artifacts-prod/e2e-test-images/agnhost',
  ],
  entrypoint: ['/agnhost'],
  command: ['pause'],
  ports: [80, 8080, 8081, 9376],
  sizeBytes: 52_494_336,
  userland: 'alpine',
  commands: extraCommands('curl', 'dig', 'host', 'wget', 'ss', 'netcat'),
  files: { '/agnhost': '', '/agnhost-2': '', '/uploads/': '', '/localhost.crt': '', '/localhost.key': '' },
  program: (argv, tag) => (/^agnhost(?:-2)?$/.test(executable(argv)) ? programOf(argv, tag) : undefined),
}
