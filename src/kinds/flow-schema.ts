// FlowSchema: the behaviour of flowschemas.flowcontrol.apiserver.k8s.io beyond its fields.
import { defineKind } from './kind'

export const flowSchema = defineKind({
  resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
  columns: [],
})
