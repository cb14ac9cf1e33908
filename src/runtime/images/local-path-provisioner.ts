// local-path-provisioner.
import { component, image } from './component'

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
