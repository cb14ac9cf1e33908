// PriorityClass: how much a pod matters.

import type { KubeObject } from '../api/types'
import { formatLabels } from '../lib/label-selector'
import { AGE, count, NAME } from './columns'
import { defaultPriorityClass } from './defaults/cluster'
import { eventLines } from './describe/events'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validatePriorityClass, validatePriorityClassUpdate } from './validation/cluster'

interface PriorityClass extends KubeObject {
  value: number
  globalDefault?: boolean
  preemptionPolicy?: string
  description?: string
}

function describePriorityClass(priority: PriorityClass, context: DescribeContext): string {
  return describing((w) => {
    w.write(0, `Name:\t${priority.metadata.name}\n`)
    w.write(0, `Value:\t${count(priority.value)}\n`)
    w.write(0, `GlobalDefault:\t${priority.globalDefault ?? false}\n`)
    w.write(0, `PreemptionPolicy:\t${priority.preemptionPolicy ?? ''}\n`)
    w.write(0, `Description:\t${priority.description ?? ''}\n`)
    w.write(0, `Annotations:\t${formatLabels(priority.metadata.annotations)}\n`)
    eventLines(w, priority, context)
  })
}

export const priorityClass = defineKind<PriorityClass>({
  resource: 'priorityclasses.scheduling.k8s.io',
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
  defaults: defaultPriorityClass,
  columns: [
    NAME,
    { name: 'VALUE', cell: (priority) => count(priority.value) },
    { name: 'GLOBAL-DEFAULT', cell: (priority) => String(priority.globalDefault ?? false) },
    AGE,
    { name: 'PREEMPTIONPOLICY', cell: (priority) => priority.preemptionPolicy ?? '' },
  ],
  describe: describePriorityClass,
})
