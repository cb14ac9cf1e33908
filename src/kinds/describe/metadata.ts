// Labels, annotations, times and other lines that most descriptions have. Follows the print…Multiline functions of kubectl's pkg/describe.
import type { Condition, KubeObject, StringMap, Taint, Toleration } from '../../api/types'
import type { DescribeWriter } from './writer'

const LONGEST_ANNOTATION = 140
const HIDDEN_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function two(value: number): string {
  return String(value).padStart(2, '0')
}

/** `Mon, 23 Nov 2026 17:34:06 +0000` in the local zone, as kubectl shows every time; the zero time when there is none. */
export function rfc1123z(timestamp: string | null | undefined): string {
  if (!timestamp) return 'Mon, 01 Jan 0001 00:00:00 +0000'
  const date = new Date(timestamp)
  const day = `${DAYS[date.getDay()]}, ${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()}`
  return `${day} ${clock(date)} ${zone(date)}`
}

function clock(date: Date): string {
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

function zone(date: Date): string {
  const minutes = -date.getTimezoneOffset()
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`
}

/** `2026-11-23 17:34:06 +0000 UTC`: time.Time's own String. */
export function goTime(timestamp: string | null | undefined): string {
  if (!timestamp) return '0001-01-01 00:00:00 +0000 UTC'
  const date = new Date(timestamp)
  const name = date.getTimezoneOffset() === 0 ? 'UTC' : zone(date)
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${clock(date)} ${zone(date)} ${name}`
}

/** `title:` and a list in the second column, one entry a line; `<none>` when empty. */
export function multiline(w: DescribeWriter, title: string, entries: string[], indent = ''): void {
  w.write(0, `${indent}${title}:\t`)
  if (entries.length === 0) w.line('<none>')
  for (const [index, entry] of entries.entries()) w.write(0, `${index === 0 ? '' : `${indent}\t`}${entry}\n`)
}

function sortedKeys(map: StringMap | undefined | null): string[] {
  return Object.keys(map ?? {}).sort()
}

export function labelLines(w: DescribeWriter, title: string, labels: StringMap | undefined | null, indent = ''): void {
  multiline(
    w,
    title,
    sortedKeys(labels).map((key) => `${key}=${labels?.[key]}`),
    indent,
  )
}

/** Annotations: short ones as `key: value`, long or many-lined ones below their key, cut at 140 characters a line. */
export function annotationLines(w: DescribeWriter, title: string, annotations: StringMap | undefined | null): void {
  w.write(0, `${title}:\t`)
  const keys = sortedKeys(annotations).filter((key) => !HIDDEN_ANNOTATIONS.includes(key))
  if (keys.length === 0) w.line('<none>')
  for (const [index, key] of keys.entries()) {
    if (index > 0) w.write(0, '\t')
    const value = (annotations?.[key] ?? '').replace(/\n$/, '')
    if (value.length + key.length + 2 <= LONGEST_ANNOTATION && !value.includes('\n')) {
      w.write(0, `${key}: ${value}\n`)
      continue
    }
    w.write(0, `${key}:\n`)
    for (const line of value.split('\n')) w.write(0, `\t  ${shorten(line, LONGEST_ANNOTATION - 2)}\n`)
  }
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text
}

/** `key=value` lines cut at 140 characters, at the second level. Upstream: printCSIPersistentVolumeAttributesMultiline. */
export function attributeLines(w: DescribeWriter, title: string, attributes: StringMap | undefined | null): void {
  w.write(2, `${title}:\t`)
  const keys = sortedKeys(attributes)
  if (keys.length === 0) w.line('<none>')
  for (const [index, key] of keys.entries()) {
    if (index > 0) w.write(2, '    \t')
    w.write(2, `${shorten(`${key}=${attributes?.[key]}`, LONGEST_ANNOTATION)}\n`)
  }
}

/** The first lines of nearly every description. */
export function headLines(w: DescribeWriter, { metadata }: KubeObject, namespaced: boolean): void {
  w.write(0, `Name:\t${metadata.name}\n`)
  if (namespaced) w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
  labelLines(w, 'Labels', metadata.labels)
  annotationLines(w, 'Annotations', metadata.annotations)
}

/** `ReplicaSet/web-5d4f`, or undefined without a controlling owner. */
export function controllerText({ metadata }: KubeObject): string | undefined {
  const owner = metadata.ownerReferences?.find((reference) => reference.controller)
  return owner && `${owner.kind}/${owner.name}`
}

export function controlledByLine(w: DescribeWriter, object: KubeObject): void {
  const controller = controllerText(object)
  if (controller) w.write(0, `Controlled By:\t${controller}\n`)
}

export function tolerationLines(w: DescribeWriter, title: string, tolerations: Toleration[] | undefined): void {
  const sorted = [...(tolerations ?? [])].sort((a, b) => compare(a.key ?? '', b.key ?? ''))
  multiline(w, title, sorted.map(tolerationText))
}

function tolerationText({ key = '', value = '', effect = '', operator, tolerationSeconds }: Toleration): string {
  let text = key
  if (value) text += `=${value}`
  if (effect) text += `:${effect}`
  if (operator === 'Exists' && !value) text += key || effect ? ' op=Exists' : 'op=Exists'
  return tolerationSeconds === undefined ? text : `${text} for ${tolerationSeconds}s`
}

export function taintLines(w: DescribeWriter, title: string, taints: Taint[] | undefined): void {
  const sorted = [...(taints ?? [])].sort((a, b) => compare(`${a.effect},${a.key}`, `${b.effect},${b.key}`))
  multiline(w, title, sorted.map(taintText))
}

function taintText({ key, value = '', effect = '' }: Taint): string {
  if (!effect) return value ? `${key}=${value}:` : key
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`
}

/** The three-column block of replica sets, controllers and deployments. */
export function conditionLines(w: DescribeWriter, conditions: Condition[] | undefined | null): void {
  if (!conditions?.length) return
  w.write(0, 'Conditions:\n  Type\tStatus\tReason\n')
  w.write(1, '----\t------\t------\n')
  for (const { type, status, reason = '' } of conditions) w.write(1, `${type} \t${status}\t${reason}\n`)
}

/** The five-column block with transition times. */
export function timedConditionLines(w: DescribeWriter, conditions: Condition[]): void {
  w.write(0, 'Conditions:\n')
  w.write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage\n')
  w.write(1, '----\t------\t------------------\t------\t-------\n')
  for (const { type, status, lastTransitionTime, reason = '', message = '' } of conditions) {
    w.write(1, `${type}\t${status}\t${rfc1123z(lastTransitionTime)}\t${reason}\t${message}\n`)
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
