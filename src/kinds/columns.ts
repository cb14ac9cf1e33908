// Cells that many kinds share. Follows pkg/printers/internalversion/printers.go, which the API server always asks for the wide form.
import type { Container, KubeObject, LoadBalancerIngress } from '../api/types'
import { age } from '../lib/ages'
import type { Column } from './kind'

export const NAME: Column = { name: 'NAME', cell: (object) => object.metadata.name ?? '' }
export const AGE: Column = { name: 'AGE', cell: (object, now) => age(object.metadata.creationTimestamp, now) }
/** The second column of kinds without a printer of their own. Upstream: registry/rest/table.go. */
export const CREATED_AT: Column = { name: 'CREATED AT', cell: (object) => object.metadata.creationTimestamp ?? '<unknown>' }

/** What a kind without a printer shows. */
export const DEFAULT_COLUMNS: Column[] = [NAME, CREATED_AT]

/** A whole number, 0 when absent. */
export function count(value: number | undefined | null): string {
  return String(value ?? 0)
}

/** `True`, `False` or `<unset>`, as printBoolPtr. */
export function boolText(value: boolean | undefined | null): string {
  if (value === undefined || value === null) return '<unset>'
  return value ? 'True' : 'False'
}

export function containerNames(containers: Container[] | undefined): string {
  return (containers ?? []).map((container) => container.name).join(',')
}

export function containerImages(containers: Container[] | undefined): string {
  return (containers ?? []).map((container) => container.image ?? '').join(',')
}

/** The three wide columns of a workload, from its pod template's containers and its selector. */
export function templateColumns<T extends KubeObject>(
  containers: (object: T) => Container[] | undefined,
  selector?: (object: T) => string,
): Column<T>[] {
  const columns: Column<T>[] = [
    { name: 'CONTAINERS', wide: true, cell: (object) => containerNames(containers(object)) },
    { name: 'IMAGES', wide: true, cell: (object) => containerImages(containers(object)) },
  ]
  if (selector) columns.push({ name: 'SELECTOR', wide: true, cell: selector })
  return columns
}

/** At most `max` of a list, joined by commas, then ` + N more...`. */
export function firstFew(list: string[], max = 3): string {
  const shown = list.slice(0, max).join(',')
  return list.length > max ? `${shown} + ${list.length - max} more...` : shown
}

/** The addresses a load balancer was given, each once, in order. */
export function ingressAddresses(ingress: LoadBalancerIngress[] | undefined | null): string[] {
  const addresses = (ingress ?? []).map((entry) => entry.ip || entry.hostname || '').filter((address) => address !== '')
  return [...new Set(addresses)].sort()
}

const ACCESS_MODES: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }

/** `RWO,ROX`: each mode once, in upstream's order. */
export function accessModesText(modes: string[] | undefined | null): string {
  return Object.keys(ACCESS_MODES)
    .filter((mode) => modes?.includes(mode))
    .map((mode) => ACCESS_MODES[mode])
    .join(',')
}

/** The class of a volume or claim: the old annotation goes before the field. */
export function storageClassOf(object: {
  metadata?: { annotations?: Record<string, string> }
  spec?: { storageClassName?: string }
}): string {
  return object.metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? ''
}

/** True when a class is marked as the default one of its kind. */
export function isDefaultClass(object: KubeObject, annotations: string[]): boolean {
  return annotations.some((key) => object.metadata.annotations?.[key] === 'true')
}

export const DEFAULT_STORAGE_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** `node-role.kubernetes.io/<role>` labels and the older `kubernetes.io/role`, ordered. */
export function nodeRoles(labels: Record<string, string> | undefined): string[] {
  const roles = new Set<string>()
  for (const [key, value] of Object.entries(labels ?? {})) {
    if (key.startsWith('node-role.kubernetes.io/')) roles.add(key.slice('node-role.kubernetes.io/'.length))
    else if (key === 'kubernetes.io/role') roles.add(value)
  }
  roles.delete('')
  return [...roles].sort()
}

/** The columns of kinds that have none of their own, and of `--server-print=false`. */
export const GENERIC_COLUMNS: Column[] = [NAME, AGE]
