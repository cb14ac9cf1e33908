// Secret: the behaviour of secrets beyond its fields.
import { defineKind } from './kind'

export const secret = defineKind({
  resource: 'secrets',
  columns: [],
})
