// Variables from a file in a volume (fileKeyRef). Follows pkg/kubelet/util/env/env_util.go and pkg/kubelet/kubelet_pods.go.
import type { Container, Pod } from '../api/types'
import { quote } from '../lib/go-values'
import { filesOf } from './files'
import type { World } from './world'

export interface FileKeyRef {
  volumeName: string
  path: string
  key: string
  optional?: boolean
}

/** The value of a key in `KEY='value'` lines; '' when it is not there, undefined when the text is not of this form. */
export function parseEnv(text: string, key: string): string | undefined {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i].replace(/^[ \t]+/, '')
    if (line === '' || line.startsWith('#')) continue
    const [, name, given] = /^([^=]*)=(.*)$/s.exec(line) ?? []
    if (!name || /[ \t]$/.test(name)) return undefined
    // As in a shell, what stands after a blank is another word.
    if (/^[ \t]/.test(given)) {
      if (name === key) return ''
      continue
    }
    if (!given.startsWith("'")) return undefined
    let rest = given.slice(1)
    let value = ''
    while (!rest.includes("'")) {
      value += `${rest}\n`
      i++
      if (i >= lines.length) return undefined
      rest = lines[i]
    }
    const end = rest.indexOf("'")
    value += rest.slice(0, end)
    if (!/^[ \t]*(?:#.*)?$/.test(rest.slice(end + 1))) return undefined
    if (name === key) return value
  }
  return ''
}

/** The value; undefined for an optional one that is not there. */
export function fileKey(world: World, pod: Pod, container: Container, ref: FileKeyRef): string | undefined | { error: string } {
  const { volumeName, path, key, optional } = ref
  const seen = { ...container, volumeMounts: [{ name: volumeName, mountPath: '/volume' }] }
  const text = filesOf(world, pod, seen).read(`/volume/${path}`)
  const value = text === undefined ? undefined : parseEnv(text, key)
  if (value === undefined) return { error: "couldn't parse env file" }
  if (value !== '') return value
  const file = `/var/lib/kubelet/pods/${pod.metadata.uid}/volumes/kubernetes.io~empty-dir/${volumeName}/${path}`
  return optional ? undefined : { error: `environment variable key ${quote(key)} not found in file ${quote(file)}` }
}
