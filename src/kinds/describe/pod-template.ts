// A pod template inside a workload's description. Follows DescribePodTemplate of kubectl's pkg/describe.
import type { LabelSelector, PodTemplateSpec } from '../../api/types'
import { formatLabelSelector } from '../../lib/label-selector'
import { describeContainers } from './containers'
import { annotationLines, compare, labelLines, tolerationLines } from './metadata'
import { describeVolumes } from './volumes'
import type { DescribeWriter } from './writer'

export function podTemplateLines(w: DescribeWriter, template: PodTemplateSpec | undefined): void {
  w.write(0, 'Pod Template:\n')
  if (!template) {
    w.write(1, '<unset>')
    return
  }
  const { metadata = {}, spec } = template
  const indent = '  '
  labelLines(w, '  Labels', metadata.labels)
  if (Object.keys(metadata.annotations ?? {}).length > 0) annotationLines(w, '  Annotations', metadata.annotations)
  if (spec.serviceAccountName) w.write(1, `Service Account:\t${spec.serviceAccountName}\n`)
  if (spec.initContainers?.length) describeContainers(w, { label: 'Init Containers', containers: spec.initContainers, indent })
  describeContainers(w, { label: 'Containers', containers: spec.containers ?? [], indent })
  describeVolumes(w, spec.volumes, indent)
  spreadLines(w, spec.topologySpreadConstraints, indent)
  if (spec.priorityClassName) w.write(1, `Priority Class Name:\t${spec.priorityClassName}\n`)
  labelLines(w, '  Node-Selectors', spec.nodeSelector)
  tolerationLines(w, '  Tolerations', spec.tolerations)
  schedulingGroupLines(w, spec.schedulingGroup, indent)
}

interface SpreadConstraint {
  topologyKey?: string
  whenUnsatisfiable?: string
  maxSkew?: number
  labelSelector?: LabelSelector
}

export function spreadLines(w: DescribeWriter, constraints: Record<string, unknown>[] | undefined, indent: string): void {
  if (!constraints?.length) return
  const sorted = [...(constraints as SpreadConstraint[])].sort((a, b) => compare(a.topologyKey ?? '', b.topologyKey ?? ''))
  w.write(0, `${indent}Topology Spread Constraints:\t`)
  for (const [index, { topologyKey = '', whenUnsatisfiable = '', maxSkew = 0, labelSelector }] of sorted.entries()) {
    const selector = labelSelector ? ` for selector ${formatLabelSelector(labelSelector)}` : ''
    w.write(0, `${index > 0 ? `${indent}\t` : ''}${topologyKey}:${whenUnsatisfiable} when max skew ${maxSkew} is exceeded${selector}\n`)
  }
}

export function schedulingGroupLines(w: DescribeWriter, group: unknown, indent: string): void {
  if (!group) return
  w.write(0, `${indent}SchedulingGroup:\n`)
  w.write(1, `PodGroupName:\t${(group as { podGroupName?: string }).podGroupName ?? ''}\n`)
}
