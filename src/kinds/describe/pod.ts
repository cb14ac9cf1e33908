// The description of a Pod. Follows describePod of kubectl's pkg/describe.
import type { Container, Pod, ResourceRequirements } from '../../api/types'
import { age } from '../../lib/ages'
import type { DescribeContext } from '../kind'
import { describeContainers, resourceLines } from './containers'
import { eventTable, searchEvents } from './events'
import { annotationLines, controlledByLine, labelLines, rfc1123z, tolerationLines } from './metadata'
import { schedulingGroupLines, spreadLines } from './pod-template'
import { qosClass } from './qos'
import { describeVolumes } from './volumes'
import { type DescribeWriter, describing } from './writer'

export function describePod(pod: Pod, context: DescribeContext): string {
  const { spec, status } = pod
  return describing((w) => {
    placeLines(w, pod)
    phaseLines(w, pod, context.now)
    addressLines(w, pod)
    controlledByLine(w, pod)
    if (status?.nominatedNodeName) w.write(0, `NominatedNodeName:\t${status.nominatedNodeName}\n`)
    if (spec.resources) {
      w.write(0, 'Resources:\n')
      resourceLines(w, spec.resources as ResourceRequirements, 1)
    }
    containerLines(w, pod)
    gateLines(w, pod)
    describeVolumes(w, spec.volumes, '')
    w.write(0, `QoS Class:\t${status?.qosClass || qosClass(spec)}\n`)
    labelLines(w, 'Node-Selectors', spec.nodeSelector)
    tolerationLines(w, 'Tolerations', spec.tolerations)
    spreadLines(w, spec.topologySpreadConstraints, '')
    schedulingGroupLines(w, spec.schedulingGroup, '')
    podEvents(w, pod, context)
  })
}

function placeLines(w: DescribeWriter, { metadata, spec, status }: Pod): void {
  w.write(0, `Name:\t${metadata.name}\n`)
  w.write(0, `Namespace:\t${metadata.namespace ?? ''}\n`)
  if (spec.priority !== undefined) w.write(0, `Priority:\t${spec.priority}\n`)
  if (spec.priorityClassName) w.write(0, `Priority Class Name:\t${spec.priorityClassName}\n`)
  if (spec.runtimeClassName) w.write(0, `Runtime Class Name:\t${spec.runtimeClassName}\n`)
  if (spec.serviceAccountName) w.write(0, `Service Account:\t${spec.serviceAccountName}\n`)
  w.write(0, `Node:\t${spec.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'}\n`)
  if (status?.startTime) w.write(0, `Start Time:\t${rfc1123z(status.startTime)}\n`)
  labelLines(w, 'Labels', metadata.labels)
  annotationLines(w, 'Annotations', metadata.annotations)
}

function phaseLines(w: DescribeWriter, { metadata, spec, status }: Pod, now: number): void {
  const { phase = '', reason, message } = status ?? {}
  if (metadata.deletionTimestamp && phase !== 'Failed' && phase !== 'Succeeded') {
    w.write(0, `Status:\tTerminating (lasts ${age(metadata.deletionTimestamp, now)})\n`)
    w.write(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s\n`)
  } else {
    w.write(0, `Status:\t${phase}\n`)
  }
  if (reason) w.write(0, `Reason:\t${reason}\n`)
  if (message) w.write(0, `Message:\t${message}\n`)
  const profile = spec.securityContext?.seccompProfile as { type?: string; localhostProfile?: string } | undefined
  if (!profile) return
  w.write(0, `SeccompProfile:\t${profile.type ?? ''}\n`)
  if (profile.type === 'Localhost') w.write(0, `LocalhostProfile:\t${profile.localhostProfile ?? ''}\n`)
}

function addressLines(w: DescribeWriter, { status }: Pod): void {
  w.write(0, `IP:\t${status?.podIP ?? ''}\n`)
  w.write(0, status?.podIPs?.length ? 'IPs:\n' : 'IPs:\t<none>\n')
  for (const { ip } of status?.podIPs ?? []) w.write(1, `IP:\t${ip}\n`)
}

function containerLines(w: DescribeWriter, pod: Pod): void {
  const { spec, status } = pod
  const list = (label: string, containers: Container[], statuses: ContainerStatuses) =>
    describeContainers(w, { label, containers, statuses, pod, indent: '' })
  if (spec.initContainers?.length) list('Init Containers', spec.initContainers, status?.initContainerStatuses)
  list('Containers', spec.containers, status?.containerStatuses)
  if (spec.ephemeralContainers?.length) list('Ephemeral Containers', spec.ephemeralContainers, status?.ephemeralContainerStatuses)
}

type ContainerStatuses = Pod['status']['containerStatuses']

function gateLines(w: DescribeWriter, { spec, status }: Pod): void {
  const conditions = status?.conditions ?? []
  if (spec.readinessGates?.length) w.write(0, 'Readiness Gates:\n  Type\tStatus\n')
  for (const { conditionType } of spec.readinessGates ?? []) {
    w.write(1, `${conditionType} \t${conditions.find((condition) => condition.type === conditionType)?.status ?? '<none>'} \n`)
  }
  if (conditions.length > 0) w.write(0, 'Conditions:\n  Type\tStatus\n')
  for (const { type, status: value } of conditions) w.write(1, `${type} \t${value} \n`)
}

/** Events about a static pod are recorded with the hash that its mirror carries. */
function podEvents(w: DescribeWriter, { metadata }: Pod, { view, now, showEvents }: DescribeContext): void {
  if (!showEvents) return
  const uid = metadata.annotations?.['kubernetes.io/config.mirror'] ?? metadata.uid
  eventTable(w, searchEvents(view, { namespace: metadata.namespace, name: metadata.name, uid }), now)
}
