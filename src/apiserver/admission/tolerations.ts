// DefaultTolerationSeconds: Pods stay five minutes on a node that is lost. Upstream: plugin/pkg/admission/defaulttolerationseconds.
import type { KubeObject, Pod, Toleration } from '../../api/types'
import type { AdmissionPlugin } from './plugin'

const SECONDS = 300

function tolerates(tolerations: Toleration[], key: string): boolean {
  return tolerations.some((t) => (t.key === key || !t.key) && (t.effect === 'NoExecute' || !t.effect))
}

export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  resources: ['pods'],
  create: tolerate,
  update: tolerate,
}

function tolerate(object: KubeObject): void {
  const { spec } = object as Pod
  const given = spec.tolerations ?? []
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter((key) => !tolerates(given, key))
    .map((key) => ({ effect: 'NoExecute', key, operator: 'Exists', tolerationSeconds: SECONDS }))
  if (added.length) spec.tolerations = [...given, ...added]
}
