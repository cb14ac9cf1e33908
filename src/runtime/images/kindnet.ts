// kindnet, the network plugin.
import { component, image } from './component'

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
