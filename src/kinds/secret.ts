// Secret: data for pods that is not shown.

import type { Secret } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultSecret } from './defaults/cluster'
import { byteCount, decoded } from './describe/base64'
import { headLines } from './describe/metadata'
import { describing } from './describe/writer'
import { defineKind } from './kind'
import { validateSecret, validateSecretUpdate } from './validation/cluster'
import { secretWarnings } from './validation/component-warnings'

/** Sizes only, but for the token of a service account, which upstream shows. */
function describeSecret(secret: Secret): string {
  const isToken = (key: string) => key === 'token' && secret.type === 'kubernetes.io/service-account-token'
  return describing((w) => {
    headLines(w, secret, true)
    w.write(0, `\nType:\t${secret.type ?? ''}\n`)
    w.write(0, '\nData\n====\n')
    for (const key of Object.keys(secret.data ?? {}).sort()) {
      const value = secret.data?.[key]
      w.write(0, `${key}:\t${isToken(key) ? decoded(value) : `${byteCount(value)} bytes`}\n`)
    }
  })
}

export const secret = defineKind<Secret>({
  resource: 'secrets',
  validate: (secret, old) => [...(old ? validateSecretUpdate(secret, old) : []), ...validateSecret(secret)],
  warnings: secretWarnings,
  defaults: defaultSecret,
  columns: [
    NAME,
    { name: 'TYPE', cell: (secret) => secret.type ?? '' },
    { name: 'DATA', cell: (secret) => String(Object.keys(secret.data ?? {}).length) },
    AGE,
  ],
  describe: describeSecret,
})
