// Namespace: a scope for names.

import type { Namespace } from '../api/types'
import type { ResourceQuota } from '../api/workloads'
import { AGE, NAME } from './columns'
import { defaultNamespace, prepareNamespace, prepareNamespaceUpdate } from './defaults/cluster'
import { type LimitRange, limitRangeLines } from './describe/limit-ranges'
import { headLines, timedConditionLines } from './describe/metadata'
import { quotaLines } from './describe/quotas'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateNamespace, validateSecurityLabels } from './validation/cluster'

function describeNamespace(namespace: Namespace, { view }: DescribeContext): string {
  const { metadata, status } = namespace
  return describing((w) => {
    headLines(w, namespace, false)
    w.write(0, `Status:\t${status?.phase ?? ''}\n`)
    if (status?.conditions?.length) timedConditionLines(w, status.conditions)
    w.write(0, '\n')
    quotaLines(w, view.list<ResourceQuota>('resourcequotas', metadata.name))
    w.write(0, '\n')
    limitRangeLines(w, view.list<LimitRange>('limitranges', metadata.name))
  })
}

export const namespace = defineKind<Namespace>({
  resource: 'namespaces',
  validate: (namespace) => [...validateNamespace(namespace), ...validateSecurityLabels(namespace)],
  defaults: defaultNamespace,
  prepareForCreate: prepareNamespace,
  prepareForUpdate: prepareNamespaceUpdate,
  columns: [NAME, { name: 'STATUS', cell: (namespace) => namespace.status?.phase ?? '' }, AGE],
  describe: describeNamespace,
})
