// Deployment: the behaviour of deployments.apps beyond its fields.
import { defineKind } from './kind'

export const deployment = defineKind({
  resource: 'deployments.apps',
  columns: [],
})
