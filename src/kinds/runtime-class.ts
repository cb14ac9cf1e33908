// RuntimeClass: which container runtime runs a pod.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface RuntimeClass extends KubeObject {
  handler: string
}

export const runtimeClass = defineKind<RuntimeClass>({
  resource: 'runtimeclasses.node.k8s.io',
  columns: [NAME, { name: 'HANDLER', cell: (runtimeClass) => runtimeClass.handler }, AGE],
})
