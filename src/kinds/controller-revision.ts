// ControllerRevision: the behaviour of controllerrevisions.apps beyond its fields.
import { defineKind } from './kind'

export const controllerRevision = defineKind({
  resource: 'controllerrevisions.apps',
  columns: [],
})
