// PodTemplate: the behaviour of podtemplates beyond its fields.
import { defineKind } from './kind'

export const podTemplate = defineKind({
  resource: 'podtemplates',
  columns: [],
})
