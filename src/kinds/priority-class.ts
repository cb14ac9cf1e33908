// PriorityClass: how much a pod matters.
import type { KubeObject } from '../api/types'
import { AGE, count, NAME } from './columns'
import { defineKind } from './kind'

interface PriorityClass extends KubeObject {
  value: number
  globalDefault?: boolean
  preemptionPolicy?: string
  description?: string
}

export const priorityClass = defineKind<PriorityClass>({
  resource: 'priorityclasses.scheduling.k8s.io',
  columns: [
    NAME,
    { name: 'VALUE', cell: (priority) => count(priority.value) },
    { name: 'GLOBAL-DEFAULT', cell: (priority) => String(priority.globalDefault ?? false) },
    AGE,
    { name: 'PREEMPTIONPOLICY', cell: (priority) => priority.preemptionPolicy ?? '' },
  ],
})
