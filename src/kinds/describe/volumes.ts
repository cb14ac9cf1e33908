// The volumes of a Pod and the source of a PersistentVolume, every kind of them. Follows describeVolumes of kubectl's pkg/describe.
import type { StringMap, Volume } from '../../api/types'
import { compareQuantities, quantityOf, zeroQuantity } from '../../lib/quantity'
import { claimLines } from './claims'
import { goList, goValue } from './go-text'
import { attributeLines } from './metadata'
import { type DescribeWriter, NestedWriter } from './writer'

interface Source {
  [field: string]: unknown
}

/** How a field is shown: its title, its name, and what stands for nothing. */
type Field = [title: string, value: (source: Source) => unknown]

interface Layout {
  words: string
  fields: Field[]
  /** Lines after the fields. */
  more?: (w: DescribeWriter, source: Source) => void
}

const text =
  (name: string): ((source: Source) => unknown) =>
  (source) =>
    source[name] ?? ''
const flag =
  (name: string): ((source: Source) => unknown) =>
  (source) =>
    source[name] ?? false
const number =
  (name: string): ((source: Source) => unknown) =>
  (source) =>
    source[name] ?? 0
const or =
  (name: string, otherwise: string): ((source: Source) => unknown) =>
  (source) =>
    source[name] ?? otherwise
const list =
  (name: string): ((source: Source) => unknown) =>
  (source) =>
    goList(source[name] as string[] | undefined)
const reference =
  (name: string): ((source: Source) => unknown) =>
  (source) =>
    referenceText(source[name] as Reference | undefined)

interface Reference {
  name?: string
  namespace?: string
}

/** A reference to a secret as its generated String method prints it. */
function referenceText(secret: Reference | undefined): string {
  if (!secret) return 'nil'
  if (secret.namespace === undefined) return `&LocalObjectReference{Name:${secret.name ?? ''},}`
  return `&SecretReference{Name:${secret.name ?? ''},Namespace:${secret.namespace},}`
}

const FS_TYPE: Field = ['FSType:', text('fsType')]
const READ_ONLY: Field = ['ReadOnly:', flag('readOnly')]
const SECRET: Field = ['SecretRef:', reference('secretRef')]

/** In the order in which upstream looks for them. */
const LAYOUTS: Record<string, Layout> = {
  hostPath: {
    words: 'HostPath (bare host directory volume)',
    fields: [
      ['Path:', text('path')],
      ['HostPathType:', or('type', '<none>')],
    ],
  },
  emptyDir: {
    words: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: [
      ['Medium:', text('medium')],
      ['SizeLimit:', sizeLimit],
    ],
  },
  gcePersistentDisk: {
    words: 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    fields: [['PDName:', text('pdName')], FS_TYPE, ['Partition:', number('partition')], READ_ONLY],
  },
  awsElasticBlockStore: {
    words: 'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    fields: [['VolumeID:', text('volumeID')], FS_TYPE, ['Partition:', number('partition')], READ_ONLY],
  },
  gitRepo: {
    words: 'GitRepo (a volume that is pulled from git when the pod is created)',
    fields: [
      ['Repository:', text('repository')],
      ['Revision:', text('revision')],
    ],
  },
  secret: {
    words: 'Secret (a volume populated by a Secret)',
    fields: [
      ['SecretName:', text('secretName')],
      ['Optional:', flag('optional')],
    ],
  },
  configMap: {
    words: 'ConfigMap (a volume populated by a ConfigMap)',
    fields: [
      ['Name:', text('name')],
      ['Optional:', flag('optional')],
    ],
  },
  nfs: {
    words: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: [['Server:', text('server')], ['Path:', text('path')], READ_ONLY],
  },
  iscsi: {
    words: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
    fields: [
      ['TargetPortal:', text('targetPortal')],
      ['IQN:', text('iqn')],
      ['Lun:', number('lun')],
      // Upstream has no colon here.
      ['ISCSIInterface', text('iscsiInterface')],
      FS_TYPE,
      READ_ONLY,
      ['Portals:', list('portals')],
      ['DiscoveryCHAPAuth:', flag('chapAuthDiscovery')],
      ['SessionCHAPAuth:', flag('chapAuthSession')],
      SECRET,
      ['InitiatorName:', or('initiatorName', '<none>')],
    ],
  },
  glusterfs: {
    words: "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)",
    fields: [['EndpointsName:', text('endpoints')], ['Path:', text('path')], READ_ONLY],
  },
  persistentVolumeClaim: {
    words: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: [['ClaimName:', text('claimName')], READ_ONLY],
  },
  ephemeral: {
    words: 'EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)',
    fields: [],
    more: (w, source) => {
      const template = source.volumeClaimTemplate
      if (template) claimLines(new NestedWriter(w, 2), template as Parameters<typeof claimLines>[1])
    },
  },
  rbd: {
    words: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
    fields: [
      ['CephMonitors:', list('monitors')],
      ['RBDImage:', text('image')],
      FS_TYPE,
      ['RBDPool:', text('pool')],
      ['RadosUser:', text('user')],
      ['Keyring:', text('keyring')],
      SECRET,
      READ_ONLY,
    ],
  },
  quobyte: {
    words: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    fields: [['Registry:', text('registry')], ['Volume:', text('volume')], READ_ONLY],
  },
  downwardAPI: { words: 'DownwardAPI (a volume populated by information about the pod)', fields: [], more: downwardItems },
  azureDisk: {
    words: 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    fields: [
      ['DiskName:', text('diskName')],
      ['DiskURI:', text('diskURI')],
      ['Kind: ', text('kind')],
      FS_TYPE,
      ['CachingMode:', text('cachingMode')],
      READ_ONLY,
    ],
  },
  vsphereVolume: {
    words: 'vSphereVolume (a Persistent Disk resource in vSphere)',
    fields: [['VolumePath:', text('volumePath')], FS_TYPE, ['StoragePolicyName:', text('storagePolicyName')]],
  },
  cinder: {
    words: 'Cinder (a Persistent Disk resource in OpenStack)',
    fields: [['VolumeID:', text('volumeID')], FS_TYPE, READ_ONLY, SECRET],
  },
  photonPersistentDisk: {
    words: 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
    fields: [['PdID:', text('pdID')], FS_TYPE],
  },
  portworxVolume: { words: 'PortworxVolume (a Portworx Volume resource)', fields: [['VolumeID:', text('volumeID')]] },
  scaleIO: {
    words: 'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    fields: scaleIoFields([]),
  },
  cephfs: {
    words: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
    fields: [
      ['Monitors:', list('monitors')],
      ['Path:', text('path')],
      ['User:', text('user')],
      ['SecretFile:', text('secretFile')],
      SECRET,
      READ_ONLY,
    ],
  },
  storageos: {
    words: 'StorageOS (a StorageOS Persistent Disk resource)',
    fields: [['VolumeName:', text('volumeName')], ['VolumeNamespace:', text('volumeNamespace')], FS_TYPE, READ_ONLY],
  },
  fc: {
    words: 'FC (a Fibre Channel disk)',
    fields: [
      ['TargetWWNs:', (source) => ((source.targetWWNs as string[] | undefined) ?? []).join(', ')],
      ['LUN:', or('lun', '<none>')],
      FS_TYPE,
      READ_ONLY,
    ],
  },
  azureFile: {
    words: 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)',
    fields: [['SecretName:', text('secretName')], ['ShareName:', text('shareName')], READ_ONLY],
  },
  flexVolume: {
    words: 'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
    fields: [
      ['Driver:', text('driver')],
      FS_TYPE,
      SECRET,
      READ_ONLY,
      ['Options:', (source) => goValue((source.options as StringMap | undefined) ?? {})],
    ],
  },
  flocker: {
    words: 'Flocker (a Flocker volume mounted by the Flocker agent)',
    fields: [
      ['DatasetName:', text('datasetName')],
      ['DatasetUUID:', text('datasetUUID')],
    ],
  },
  projected: { words: 'Projected (a volume that contains injected data from multiple sources)', fields: [], more: projectedSources },
  csi: {
    words: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: [['Driver:', text('driver')], FS_TYPE, READ_ONLY],
    more: (w, source) => attributeLines(w, 'VolumeAttributes', source.volumeAttributes as StringMap | undefined),
  },
  image: {
    words: 'Image (a container image or OCI artifact)',
    fields: [
      ['Reference:', text('reference')],
      ['PullPolicy:', text('pullPolicy')],
    ],
  },
}

/** Where the source of a PersistentVolume is shown otherwise than that of a Pod's volume. */
const PERSISTENT: Record<string, Layout> = {
  local: { words: 'LocalVolume (a persistent volume backed by local storage on a node)', fields: [['Path:', text('path')]] },
  glusterfs: {
    words: LAYOUTS.glusterfs.words,
    fields: [
      ['EndpointsName:', text('endpoints')],
      ['EndpointsNamespace:', or('endpointsNamespace', '<unset>')],
      ['Path:', text('path')],
      READ_ONLY,
    ],
  },
  scaleIO: {
    words: LAYOUTS.scaleIO.words,
    fields: scaleIoFields([
      ['SecretName:', (source) => (source.secretRef as Reference | undefined)?.name ?? ''],
      ['SecretNamespace:', (source) => (source.secretRef as Reference | undefined)?.namespace ?? ''],
    ]),
  },
  azureFile: {
    words: LAYOUTS.azureFile.words,
    fields: [
      ['SecretName:', text('secretName')],
      ['SecretNamespace:', text('secretNamespace')],
      ['ShareName:', text('shareName')],
      READ_ONLY,
    ],
  },
  csi: {
    words: LAYOUTS.csi.words,
    fields: [['Driver:', text('driver')], FS_TYPE, ['VolumeHandle:', text('volumeHandle')], READ_ONLY],
    more: LAYOUTS.csi.more,
  },
}

function scaleIoFields(secret: Field[]): Field[] {
  return [
    ['Gateway:', text('gateway')],
    ['System:', text('system')],
    ['Protection Domain:', text('protectionDomain')],
    ['Storage Pool:', text('storagePool')],
    ['Storage Mode:', text('storageMode')],
    ['VolumeName:', text('volumeName')],
    ...secret,
    FS_TYPE,
    READ_ONLY,
  ]
}

function sizeLimit(source: Source): string {
  const limit = source.sizeLimit as string | number | undefined
  return limit !== undefined && compareQuantities(quantityOf(limit), zeroQuantity) > 0 ? String(limit) : '<unset>'
}

function downwardItems(w: DescribeWriter, source: Source): void {
  w.write(0, '    Items:\n')
  const items = source.items as { path: string; fieldRef?: { fieldPath: string }; resourceFieldRef?: { resource: string } }[] | undefined
  for (const { path, fieldRef, resourceFieldRef } of items ?? []) {
    if (fieldRef) w.write(3, `${fieldRef.fieldPath} -> ${path}\n`)
    if (resourceFieldRef) w.write(3, `${resourceFieldRef.resource} -> ${path}\n`)
  }
}

interface Projection {
  secret?: { name?: string; optional?: boolean }
  configMap?: { name?: string; optional?: boolean }
  downwardAPI?: unknown
  serviceAccountToken?: { expirationSeconds?: number }
}

function projectedSources(w: DescribeWriter, source: Source): void {
  for (const { secret, configMap, downwardAPI, serviceAccountToken } of (source.sources as Projection[] | undefined) ?? []) {
    if (secret) w.write(2, `SecretName:\t${secret.name ?? ''}\n    Optional:\t${secret.optional ?? false}\n`)
    else if (downwardAPI) w.write(2, 'DownwardAPI:\ttrue\n')
    else if (configMap) w.write(2, `ConfigMapName:\t${configMap.name ?? ''}\n    Optional:\t${configMap.optional ?? false}\n`)
    else if (serviceAccountToken) w.write(2, `TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 0}\n`)
  }
}

function sourceLines(w: DescribeWriter, { words, fields, more }: Layout, source: Source): void {
  w.write(2, `Type:\t${words}\n`)
  for (const [title, value] of fields) w.write(2, `${title}\t${value(source)}\n`)
  more?.(w, source)
}

/** `Volumes:` with every volume; `indent` is `  ` inside a pod template. */
export function describeVolumes(w: DescribeWriter, volumes: Volume[] | undefined, indent: string): void {
  if (!volumes?.length) {
    w.write(0, `${indent}Volumes:\t<none>\n`)
    return
  }
  w.write(0, `${indent}Volumes:\n`)
  for (const volume of volumes) {
    w.write(1, `${indent ? ' ' : ''}${volume.name}:\n`)
    const kind = Object.keys(LAYOUTS).find((key) => volume[key])
    if (kind) sourceLines(w, LAYOUTS[kind], volume[kind] as Source)
    else w.write(1, '<unknown>\n')
  }
}

/** The source of a PersistentVolume. */
export function persistentSourceLines(w: DescribeWriter, spec: Record<string, unknown>): void {
  const kind = Object.keys({ ...LAYOUTS, ...PERSISTENT }).find((key) => typeof spec[key] === 'object' && spec[key] !== null)
  if (kind) sourceLines(w, PERSISTENT[kind] ?? LAYOUTS[kind], spec[kind] as Source)
  else w.write(1, '<unknown>\n')
}
