// kube-controller-manager.
import { component, healthy, image } from './component'

export const controllerManager = image(
  ['registry.k8s.io/kube-controller-manager'],
  'kube-controller-manager',
  22_820_000,
  component([{ port: 10257, tls: true, local: true }], () => [], healthy),
)
