// Job: the behaviour of jobs.batch beyond its fields.
import { defineKind } from './kind'

export const job = defineKind({
  resource: 'jobs.batch',
  columns: [],
})
