// PriorityLevelConfiguration: the behaviour of prioritylevelconfigurations.flowcontrol.apiserver.k8s.io beyond its fields.
import { defineKind } from './kind'

export const priorityLevelConfiguration = defineKind({
  resource: 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  columns: [],
})
