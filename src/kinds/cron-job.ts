// CronJob: the behaviour of cronjobs.batch beyond its fields.
import { defineKind } from './kind'

export const cronJob = defineKind({
  resource: 'cronjobs.batch',
  columns: [],
})
