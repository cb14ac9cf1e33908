// The description of a kind without one of its own: every field, by name. Follows genericDescriber of kubectl's pkg/describe.
import type { KubeObject } from '../../api/types'
import type { DescribeContext } from '../kind'
import { eventLines } from './events'
import { goValue } from './go-text'
import { headLines } from './metadata'
import { type DescribeWriter, describing } from './writer'

const SKIPPED = ['managedFields', 'name', 'namespace', 'labels', 'annotations'].map((field) => `.metadata.${field}`)
const ACRONYMS = ['API', 'URL', 'UID', 'GUID']

export function describeGeneric(object: KubeObject, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, object, true)
    fieldLines(w, 0, object, '')
    eventLines(w, object, context)
  })
}

function fieldLines(w: DescribeWriter, level: number, content: object, path: string): void {
  const fields = content as Record<string, unknown>
  for (const field of Object.keys(fields).sort()) {
    const value = fields[field]
    const here = `${path}.${field}`
    if (value === undefined || SKIPPED.includes(here)) continue
    const label = labelFor(field)
    if (Array.isArray(value)) {
      w.write(level, `${label}:\n`)
      for (const child of value) {
        if (isMap(child)) fieldLines(w, level + 1, child, here)
        else w.write(level + 1, `${goValue(child)}\n`)
      }
    } else if (isMap(value)) {
      w.write(level, `${label}:\n`)
      fieldLines(w, level + 1, value, here)
    } else {
      w.write(level, `${label}:\t${goValue(value)}\n`)
    }
  }
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `creationTimestamp` as `Creation Timestamp`; names with other signs than letters and `-` stay as they are. */
export function labelFor(field: string): string {
  if (!/^[\p{L}-]*$/u.test(field)) return field
  const parts = camelParts(field)
  const merged: string[] = []
  for (let i = 0; i < parts.length; i++) {
    const next = parts[i + 1]
    // `CIDRs` is split as `CID` and `Rs`; upstream joins an acronym with whatever capital follows.
    const joins = next && [...parts[i]].length > 1 && !/[\p{Ll}]/u.test(parts[i]) && /^\p{Lu}/u.test(next)
    merged.push(joins ? parts[i] + next : parts[i])
    if (joins) i++
  }
  return merged.map(wordText).join(' ')
}

function wordText(word: string): string {
  if (ACRONYMS.includes(word.toUpperCase())) return word.toUpperCase()
  return word.toLowerCase() === word ? word.charAt(0).toUpperCase() + word.slice(1) : word
}

/** Runs of lower case, upper case and other signs; the last capital of a run belongs to the lower case after it. */
function camelParts(field: string): string[] {
  return field.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|[^\p{Lu}\p{Ll}]+/gu) ?? []
}
