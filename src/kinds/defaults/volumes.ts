// Defaults of volumes and of the sources of PersistentVolumes. Upstream: pkg/apis/core/v1/defaults.go.
import { parseReference } from '../../lib/image-reference'
import { type Fields, fieldsOf, fill, listOf } from './fields'

/** 0644, the mode of files that name none. */
const FILE_MODE = 420

/** Sources alike in a Pod's volume and in a PersistentVolume. */
export function defaultVolumeSource(source: Fields): void {
  fill(fieldsOf(source.hostPath), { type: '' })
  fill(fieldsOf(source.iscsi), { iscsiInterface: 'default' })
  fill(fieldsOf(source.rbd), { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' })
  fill(fieldsOf(source.azureDisk), { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false })
  fill(fieldsOf(source.scaleIO), { storageMode: 'ThinProvisioned', fsType: 'xfs' })
}

function defaultDownwardItems(source: Fields | undefined): void {
  for (const item of listOf(source?.items)) fill(fieldsOf(item.fieldRef), { apiVersion: 'v1' })
}

function defaultProjected(projected: Fields): void {
  fill(projected, { defaultMode: FILE_MODE })
  for (const source of listOf(projected.sources)) {
    fill(fieldsOf(source.serviceAccountToken), { expirationSeconds: 3600 })
    fill(fieldsOf(source.podCertificate), { maxExpirationSeconds: 86400 })
    defaultDownwardItems(fieldsOf(source.downwardAPI))
  }
}

export function defaultVolume(volume: Fields): void {
  if (!Object.keys(volume).some((key) => key !== 'name')) volume.emptyDir = {}
  for (const name of ['secret', 'configMap', 'downwardAPI']) fill(fieldsOf(volume[name]), { defaultMode: FILE_MODE })
  defaultDownwardItems(fieldsOf(volume.downwardAPI))
  const projected = fieldsOf(volume.projected)
  if (projected) defaultProjected(projected)
  fill(fieldsOf(volume.image), { pullPolicy: imagePullPolicy(String(fieldsOf(volume.image)?.reference ?? '')) })
  defaultVolumeSource(volume)
  const template = fieldsOf(fieldsOf(volume.ephemeral)?.volumeClaimTemplate)
  if (template) defaultClaimSpec(fieldsOf(template.spec))
}

export function defaultClaimSpec(spec: Fields | undefined): void {
  fill(spec, { volumeMode: 'Filesystem' })
}

/** Images of no tag or `latest` are always pulled; a digest alone is as good as a tag, and what is no image name is left to whoever pulls it. */
export function imagePullPolicy(image: string): 'Always' | 'IfNotPresent' {
  const reference = parseReference(image)
  return !('error' in reference) && reference.tag === 'latest' ? 'Always' : 'IfNotPresent'
}
