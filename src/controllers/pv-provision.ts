// Provisioning volumes for claims: what stands in for the provisioners of small local clusters, and waiting for all others.
import type { ControllerContext } from '../api/contracts'
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../api/workloads'

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
/** Provisioners that this cluster runs itself: directories on a node. */
const LOCAL: Record<string, string> = {
  'rancher.io/local-path': '/opt/local-path-provisioner',
  'k8s.io/minikube-hostpath': '/tmp/hostpath-provisioner',
  'docker.io/hostpath': '/var/lib/docker-volumes',
}

export function hasLocalProvisioner({ provisioner }: StorageClass): boolean {
  return Object.hasOwn(LOCAL, provisioner)
}

export function isProvisionedLocally(volume: PersistentVolume): boolean {
  return Object.hasOwn(LOCAL, volume.metadata.annotations?.[PROVISIONED_BY] ?? '')
}

/** The volume made for the claim; undefined when a provisioner outside this cluster has to make it. */
export function provision(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  { api }: ControllerContext,
): PersistentVolume | undefined {
  const { provisioner } = storageClass
  const annotations = {
    ...claim.metadata.annotations,
    'volume.beta.kubernetes.io/storage-provisioner': provisioner,
    'volume.kubernetes.io/storage-provisioner': provisioner,
  }
  const marked = api.update<PersistentVolumeClaim>({ ...claim, metadata: { ...claim.metadata, annotations } })
  if (!Object.hasOwn(LOCAL, provisioner)) {
    const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`
    api.event(marked, { type: 'Normal', reason: 'ExternalProvisioning', message })
    return undefined
  }
  const { namespace, name, uid } = claim.metadata
  const volumeName = `pvc-${uid}`
  const tell = (reason: string, message: string) => api.event(marked, { type: 'Normal', reason, message, component: provisioner })
  tell('Provisioning', `External provisioner is provisioning volume for claim "${namespace}/${name}"`)
  const volume = api.create<PersistentVolume>({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volumeName, annotations: { [PROVISIONED_BY]: provisioner } },
    spec: {
      accessModes: claim.spec.accessModes,
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '0' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, resourceVersion: marked.metadata.resourceVersion, uid },
      hostPath: { path: `${LOCAL[provisioner]}/${volumeName}_${namespace}_${name}`, type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name,
      ...(storageClass.mountOptions && { mountOptions: storageClass.mountOptions }),
      ...(claim.spec.volumeMode && { volumeMode: claim.spec.volumeMode }),
    },
  })
  tell('ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`)
  return volume
}
