// ConfigMap: the behaviour of configmaps beyond its fields.
import { defineKind } from './kind'

export const configMap = defineKind({
  resource: 'configmaps',
  columns: [],
})
