// Fields of features that v1.37 knows and has turned off: who sets them is not told, and they are not kept.
// Upstream: pkg/api/pod/util.go (DropDisabledPodFields).
import { type Fields, fieldsOf, listOf } from './fields'

function drop(holder: Fields | undefined, ...keys: string[]): void {
  for (const key of keys) delete holder?.[key]
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe']
const HOOKS = ['postStart', 'preStop']

function dropOfContainer(container: Fields): void {
  const lifecycle = fieldsOf(container.lifecycle)
  if (lifecycle?.stopSignal !== undefined) {
    drop(lifecycle, 'stopSignal')
    if (!Object.keys(lifecycle).length) drop(container, 'lifecycle')
  }
  for (const key of PROBES) {
    drop(fieldsOf(fieldsOf(container[key])?.grpc), 'mode')
    drop(fieldsOf(fieldsOf(container[key])?.httpGet), 'protocol')
  }
  for (const key of HOOKS) drop(fieldsOf(fieldsOf(lifecycle?.[key])?.httpGet), 'protocol')
  for (const mount of listOf(container.volumeMounts)) drop(mount, 'bindMountOptions')
}

/** The files of a volume belong to root. */
function dropOfFiles(source: Fields | undefined): void {
  drop(source, 'defaultUser', 'user')
  for (const item of listOf(source?.items)) drop(item, 'user')
}

function dropOfVolume(volume: Fields): void {
  drop(fieldsOf(volume.emptyDir), 'mode')
  for (const key of ['secret', 'configMap', 'downwardAPI', 'projected']) dropOfFiles(fieldsOf(volume[key]))
  for (const source of listOf(fieldsOf(volume.projected)?.sources)) for (const part of Object.values(source)) dropOfFiles(fieldsOf(part))
}

/** Of a Pod's spec, its own or a template's. */
export function dropDisabled(spec: Fields): void {
  drop(spec, 'schedulingGroup', 'evictionResponders')
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) listOf(spec[list]).forEach(dropOfContainer)
  listOf(spec.volumes).forEach(dropOfVolume)
}
