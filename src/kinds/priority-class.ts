// PriorityClass: the behaviour of priorityclasses.scheduling.k8s.io beyond its fields.
import { defineKind } from './kind'

export const priorityClass = defineKind({
  resource: 'priorityclasses.scheduling.k8s.io',
  columns: [],
})
