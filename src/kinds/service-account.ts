// ServiceAccount: who a pod is to the API server.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { eventLines } from './describe/events'
import { headLines, multiline } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { serviceAccountWarnings } from './validation/cluster'

interface ServiceAccount extends KubeObject {
  imagePullSecrets?: { name?: string }[]
}

function describeServiceAccount(account: ServiceAccount, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, account, true)
    const names = (account.imagePullSecrets ?? []).map((secret) => secret.name ?? '')
    // Upstream pads the empty header of later lines to the width of the first.
    if (names.length === 0) multiline(w, 'Image pull secrets', [])
    for (const [index, name] of names.entries()) w.write(0, `${index === 0 ? 'Image pull secrets:' : ' '.repeat(19)}\t${name}\n`)
    eventLines(w, account, context)
  })
}

export const serviceAccount = defineKind<ServiceAccount>({
  resource: 'serviceaccounts',
  warnings: serviceAccountWarnings,
  columns: [NAME, AGE],
  describe: describeServiceAccount,
})
