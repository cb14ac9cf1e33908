// kube-scheduler.
import { component, healthy, image } from './component'

export const scheduler = image(
  ['registry.k8s.io/kube-scheduler'],
  'kube-scheduler',
  17_380_000,
  component([{ port: 10259, tls: true, local: true }], () => [], healthy),
)
