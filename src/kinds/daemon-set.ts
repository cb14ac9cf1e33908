// DaemonSet: the behaviour of daemonsets.apps beyond its fields.
import { defineKind } from './kind'

export const daemonSet = defineKind({
  resource: 'daemonsets.apps',
  columns: [],
})
