// RuntimeClass: which container runtime runs a pod.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'
import { runtimeClassWarnings } from './validation/component-warnings'
import { validateRuntimeClass, validateRuntimeClassUpdate } from './validation/nodes'

interface RuntimeClass extends KubeObject {
  handler: string
}

export const runtimeClass = defineKind<RuntimeClass>({
  resource: 'runtimeclasses.node.k8s.io',
  validate: validateRuntimeClass,
  warnings: runtimeClassWarnings,
  validateUpdate: validateRuntimeClassUpdate,
  columns: [NAME, { name: 'HANDLER', cell: (runtimeClass) => runtimeClass.handler }, AGE],
})
