// ControllerRevision: a past state of a StatefulSet or DaemonSet.
import type { ControllerRevision } from '../api/workloads'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'
import { validateControllerRevision, validateControllerRevisionUpdate } from './validation/components'

/** `statefulset.apps/db` */
function controllerName(revision: ControllerRevision): string {
  const owner = revision.metadata.ownerReferences?.find((reference) => reference.controller)
  if (!owner) return '<none>'
  const [group, version] = owner.apiVersion.split('/')
  return `${`${owner.kind}${version ? `.${group}` : ''}`.toLowerCase()}/${owner.name}`
}

export const controllerRevision = defineKind<ControllerRevision>({
  resource: 'controllerrevisions.apps',
  validate: validateControllerRevision,
  validateUpdate: validateControllerRevisionUpdate,
  columns: [NAME, { name: 'CONTROLLER', cell: controllerName }, { name: 'REVISION', cell: (revision) => String(revision.revision) }, AGE],
})
