// What the generators of Secrets share. Upstream: kubectl/pkg/cmd/create/create_secret.go.
import type { StringMap } from '../api/types'
import { CommandError } from '../errors'
import { secretHash } from '../lib/hash'
import { isConfigMapKey } from '../lib/names'
import type { CommandContext } from './context'
import { generate, metadataOf } from './generate'
import type { AddKey } from './key-sources'

/** Creates a Secret of a type (may be empty) with the keys that `fill` adds. */
export function generateSecret(context: CommandContext, name: string, type: string, fill: (add: AddKey) => void): void {
  generate(context, {
    failure: 'failed to create secret ',
    build: () => {
      const data: StringMap = {}
      fill((key, value) => {
        const errors = isConfigMapKey(key)
        if (errors.length) throw new CommandError(`${JSON.stringify(key)} is not valid key name for a Secret ${errors.join(';')}`)
        if (Object.hasOwn(data, key)) throw new CommandError(`cannot add key ${key}, another key by that name already exists`)
        data[key] = value.toString('base64')
      })
      const fullName = context.flags.bool('append-hash') ? `${name}-${secretHash({ name, type, data })}` : name
      const metadata = metadataOf(context, fullName)
      return { apiVersion: 'v1', kind: 'Secret', metadata, ...(type ? { type } : {}), data }
    },
  })
}
