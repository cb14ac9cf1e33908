// Endpoints: the behaviour of endpoints beyond its fields.
import { defineKind } from './kind'

export const endpoints = defineKind({
  resource: 'endpoints',
  columns: [],
})
