// DeviceTaintRule: taints on devices that match.
import type { KubeObject, Taint } from '../api/types'
import { age } from '../lib/ages'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface DeviceTaintRule extends KubeObject {
  spec: { taint: Taint }
}

export const deviceTaintRule = defineKind<DeviceTaintRule>({
  resource: 'devicetaintrules.resource.k8s.io',
  columns: [
    NAME,
    { name: 'KEY', cell: ({ spec }) => spec.taint.key },
    { name: 'VALUE', cell: ({ spec }) => spec.taint.value ?? '' },
    { name: 'EFFECT', cell: ({ spec }) => spec.taint.effect },
    { name: 'TIMEADDED', cell: ({ spec }, now) => age(spec.taint.timeAdded, now) },
    AGE,
  ],
})
