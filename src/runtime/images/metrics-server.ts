// metrics-server.
import { component, healthy, image } from './component'

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
