// kubectl create configmap. Upstream: kubectl/pkg/cmd/create/create_configmap.go.
import type { StringMap } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { generate, metadataOf, nameOf } from '../cli/generate'
import { addEnvFiles, addFiles, addLiterals } from '../cli/key-sources'
import { CommandError } from '../errors'
import { configMapHash } from '../lib/hash'
import { isConfigMapKey } from '../lib/names'

function isText(data: Buffer): boolean {
  return Buffer.from(data.toString('utf8'), 'utf8').equals(data)
}

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  if (!name) throw new CommandError('name must be specified')
  if (flags.list('from-env-file').length && (flags.list('from-file').length || flags.list('from-literal').length)) {
    throw new CommandError('from-env-file cannot be combined with from-file or from-literal')
  }
  generate(context, {
    failure: 'failed to create configmap: ',
    build: () => {
      const data: StringMap = {}
      const binaryData: StringMap = {}
      const add = (key: string, value: Buffer) => {
        const errors = isConfigMapKey(key)
        if (errors.length) throw new CommandError(`${JSON.stringify(key)} is not a valid key name for a ConfigMap: ${errors.join(',')}`)
        for (const [map, label] of [
          [data, 'Data'],
          [binaryData, 'BinaryData'],
        ] as const) {
          if (!Object.hasOwn(map, key)) continue
          throw new CommandError(
            `cannot add key ${JSON.stringify(key)}, another key by that name already exists in ${label} for ConfigMap ${JSON.stringify(name)}`,
          )
        }
        if (isText(value)) data[key] = value.toString('utf8')
        else binaryData[key] = value.toString('base64')
      }
      addFiles(context, flags.list('from-file'), add)
      addLiterals(flags.list('from-literal'), add)
      addEnvFiles(context, flags.list('from-env-file'), 'config', add)
      const fullName = flags.bool('append-hash') ? `${name}-${configMapHash({ name, data, binaryData })}` : name
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(context, fullName), data, binaryData }
    },
  })
}

export const command: Command = { run: create }
