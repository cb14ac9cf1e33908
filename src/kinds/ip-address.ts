// IPAddress: the behaviour of ipaddresses.networking.k8s.io beyond its fields.
import { defineKind } from './kind'

export const ipAddress = defineKind({
  resource: 'ipaddresses.networking.k8s.io',
  columns: [],
})
