// ComponentStatus: the health of a control plane component; deprecated and read only.
import type { KubeObject } from '../api/types'
import { NAME } from './columns'
import { defineKind } from './kind'

interface ComponentStatus extends KubeObject {
  conditions?: { type: string; status: string; message?: string; error?: string }[]
}

function health(component: ComponentStatus) {
  return component.conditions?.find((condition) => condition.type === 'Healthy')
}

function healthText(component: ComponentStatus): string {
  const condition = health(component)
  if (!condition) return 'Unknown'
  return condition.status === 'True' ? 'Healthy' : 'Unhealthy'
}

export const componentStatus = defineKind<ComponentStatus>({
  resource: 'componentstatuses',
  columns: [
    NAME,
    { name: 'STATUS', cell: (component) => healthText(component) },
    { name: 'MESSAGE', cell: (component) => health(component)?.message ?? '' },
    { name: 'ERROR', cell: (component) => health(component)?.error ?? '' },
  ],
})
