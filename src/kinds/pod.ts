// Pod: the behaviour of pods beyond its fields.
import { defineKind } from './kind'

export const pod = defineKind({
  resource: 'pods',
  columns: [],
})
