// ServiceAccount: every Pod runs as an account and finds its token in a volume. Upstream: plugin/pkg/admission/serviceaccount/admission.go.
import type { Container, KubeObject, Pod, Volume, VolumeMount } from '../../api/types'
import { randomSuffix } from '../../lib/random'
import { type AdmissionContext, type AdmissionPlugin, refusal } from './plugin'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const TOKEN_SECONDS = 3607
const FILE_MODE = 420

interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean
  imagePullSecrets?: { name?: string }[]
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: FILE_MODE,
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  }
}

function mountToken(pod: Pod, context: AdmissionContext): void {
  const { spec } = pod
  let name = spec.volumes?.find((v) => v.name.startsWith('kube-api-access-'))?.name
  const known = name !== undefined
  name ??= `kube-api-access-${randomSuffix(context.env)}`
  const mount: VolumeMount = { mountPath: MOUNT_PATH, name, readOnly: true }
  let mounted = false
  const mountIn = (container: Container) => {
    if (container.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH)) return
    container.volumeMounts = [...(container.volumeMounts ?? []), { ...mount }]
    mounted = true
  }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) mountIn(container)
  if (mounted && !known) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)]
}

function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined
}

export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  resources: ['pods'],
  create(object, context, info) {
    const pod = object as Pod
    if (isMirror(pod) || !pod.spec.containers) return
    const name = pod.spec.serviceAccountName || 'default'
    pod.spec.serviceAccountName = name
    pod.spec.serviceAccount = name
    const namespace = pod.metadata.namespace
    const account = context.view.get<ServiceAccount>('serviceaccounts', namespace, name)
    if (!account) {
      // What the cluster itself binds to a node at its birth comes before the controller that makes accounts.
      if (context.trusted && pod.spec.nodeName) return
      throw refusal(info, object, `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
    }
    if (pod.spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true) mountToken(pod, context)
    const secrets = (pod.spec as { imagePullSecrets?: unknown[] }).imagePullSecrets
    if (!secrets?.length && account.imagePullSecrets?.length) pod.spec.imagePullSecrets = account.imagePullSecrets.map((s) => ({ ...s }))
  },
}
