// Priority: the number and the preemption policy behind a Pod's priority class. Upstream: plugin/pkg/admission/priority/admission.go.

import type { View } from '../../api/contracts'
import type { KubeObject, Pod } from '../../api/types'
import { type AdmissionPlugin, refusal } from './plugin'

interface PriorityClass extends KubeObject {
  value: number
  globalDefault?: boolean
  preemptionPolicy?: string
}

const CLASSES = 'priorityclasses.scheduling.k8s.io'

function globalDefault(view: View): PriorityClass | undefined {
  const classes = view.list<PriorityClass>(CLASSES).filter((c) => c.globalDefault)
  return classes.sort((a, b) => a.value - b.value)[0]
}

export const priority: AdmissionPlugin = {
  name: 'Priority',
  resources: ['pods', CLASSES],
  create(object, context, info) {
    if (info.resource !== 'pods') return
    const { spec } = object as Pod
    const name = spec.priorityClassName
    const found = name ? context.view.get<PriorityClass>(CLASSES, undefined, name) : globalDefault(context.view)
    if (name && !found) throw refusal(info, object, `no PriorityClass with name ${name} was found`)
    const value = found?.value ?? 0
    const policy = found?.preemptionPolicy ?? 'PreemptLowerPriority'
    if (found) spec.priorityClassName = found.metadata.name
    if (spec.priority !== undefined && spec.priority !== value) {
      const why = `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`
      throw refusal(info, object, why)
    }
    spec.priority = value
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== policy) {
      const why = `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`
      throw refusal(info, object, why)
    }
    spec.preemptionPolicy = policy
  },
  checkCreate(object, context, info) {
    if (info.resource !== CLASSES) return
    const made = object as PriorityClass
    const other = made.globalDefault ? globalDefault(context.view) : undefined
    if (other && other.metadata.name !== made.metadata.name) {
      throw refusal(info, object, `PriorityClass ${other.metadata.name} is already marked as default. Only one default can exist`)
    }
  },
}
