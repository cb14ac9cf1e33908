// etcd.
import { component, healthy, image } from './component'
import { plain } from './servers'

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
