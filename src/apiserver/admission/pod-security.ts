// PodSecurity: what the labels of a namespace let its Pods do. Upstream: k8s.io/pod-security-admission.
import type { KubeObject, Namespace, Pod, PodSpec } from '../../api/types'
import { type Level, violations } from '../../kinds/validation/pod-security'
import type { ResourceInfo } from '../../schema/resources'
import { type AdmissionContext, type AdmissionPlugin, refusal } from './plugin'

const PREFIX = 'pod-security.kubernetes.io/'

function policy(namespace: Namespace | undefined, mode: string): { level: Level; version: string } {
  const labels = namespace?.metadata.labels
  const level = labels?.[`${PREFIX}${mode}`]
  const known = level === 'baseline' || level === 'restricted' ? level : 'privileged'
  return { level: known, version: labels?.[`${PREFIX}${mode}-version`] ?? 'latest' }
}

function violation(
  namespace: Namespace | undefined,
  mode: string,
  pod: { spec: PodSpec; metadata?: KubeObject['metadata'] },
): string | undefined {
  const { level, version } = policy(namespace, mode)
  if (level === 'privileged') return undefined
  const found = violations(level, pod)
  return found.length
    ? `violate${mode === 'enforce' ? 's' : ''} PodSecurity ${JSON.stringify(`${level}:${version}`)}: ${found.join(', ')}`
    : undefined
}

const WORKLOADS = [
  'podtemplates',
  'replicationcontrollers',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]

function templateOf(info: ResourceInfo, object: KubeObject): { spec: PodSpec } | undefined {
  if (info.resource === 'podtemplates') return object.template as { spec: PodSpec } | undefined
  const spec = object.spec as { template?: { spec: PodSpec }; jobTemplate?: { spec?: { template?: { spec: PodSpec } } } }
  return info.resource === 'cronjobs.batch' ? spec.jobTemplate?.spec?.template : spec.template
}

function warnOfTemplate(info: ResourceInfo, object: KubeObject, context: AdmissionContext): void {
  const template = templateOf(info, object)
  if (!template?.spec) return
  const namespace = context.view.get<Namespace>('namespaces', undefined, object.metadata.namespace ?? '')
  const found = violation(namespace, 'warn', template)
  if (found) context.warn(`would ${found}`)
}

export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  resources: ['pods', ...WORKLOADS],
  checkCreate(object, context, info) {
    if (info.resource !== 'pods') {
      if (!context.trusted) warnOfTemplate(info, object, context)
      return
    }
    const pod = object as Pod
    const namespace = context.view.get<Namespace>('namespaces', undefined, pod.metadata.namespace ?? '')
    const refused = violation(namespace, 'enforce', pod)
    if (refused) throw refusal(info, object, refused)
    const warned = violation(namespace, 'warn', pod)
    if (warned && !context.trusted) context.warn(`would ${warned}`)
  },
  checkUpdate(object, old, context, info) {
    if (info.resource === 'pods' || context.trusted) return
    if (JSON.stringify(object.spec) !== JSON.stringify(old.spec)) warnOfTemplate(info, object, context)
  },
}
