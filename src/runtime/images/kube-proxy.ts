// kube-proxy.
import { component, healthy, image } from './component'
import { plain } from './servers'

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
