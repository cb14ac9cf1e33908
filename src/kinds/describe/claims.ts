// A claim for storage: the claim itself, the template of an ephemeral volume, the templates of a StatefulSet.
// Follows printPersistentVolumeClaim and describeVolumeClaimTemplates of kubectl's pkg/describe.
import type { StringMap } from '../../api/types'
import type { PersistentVolumeClaim } from '../../api/workloads'
import { age } from '../../lib/ages'
import { accessModesText, storageClassOf } from '../columns'
import { goList } from './go-text'
import { annotationLines, labelLines } from './metadata'
import type { DescribeWriter } from './writer'

export interface ClaimTemplate {
  metadata?: { name?: string; labels?: StringMap; annotations?: StringMap }
  spec: PersistentVolumeClaim['spec']
}

interface DataSource {
  apiGroup?: string
  kind?: string
  name?: string
}

/** The lines of a claim; those of name, status and finalizers only for a whole one. `now` is the cluster's time in ms. */
export function claimLines(
  w: DescribeWriter,
  { metadata = {}, spec }: ClaimTemplate,
  whole?: { claim: PersistentVolumeClaim; now: number },
): void {
  if (whole) {
    w.write(0, `Name:\t${metadata.name ?? ''}\n`)
    w.write(0, `Namespace:\t${whole.claim.metadata.namespace ?? ''}\n`)
  }
  w.write(0, `StorageClass:\t${storageClassOf({ metadata, spec })}\n`)
  if (whole) w.write(0, `Status:\t${statusText(whole.claim, whole.now)}\n`)
  w.write(0, `Volume:\t${spec.volumeName ?? ''}\n`)
  labelLines(w, 'Labels', metadata.labels)
  annotationLines(w, 'Annotations', metadata.annotations)
  if (whole) w.write(0, `Finalizers:\t${goList(whole.claim.metadata.finalizers)}\n`)
  const bound = spec.volumeName ? whole?.claim.status : undefined
  w.write(0, `Capacity:\t${spec.volumeName ? (bound?.capacity?.storage ?? '0') : ''}\n`)
  w.write(0, `Access Modes:\t${accessModesText(bound?.accessModes)}\n`)
  if (spec.volumeMode !== undefined) w.write(0, `VolumeMode:\t${spec.volumeMode}\n`)
  const source = spec.dataSource as DataSource | undefined
  if (!source) return
  w.write(0, 'DataSource:\n')
  if (source.apiGroup) w.write(1, `APIGroup:\t${source.apiGroup}\n`)
  w.write(1, `Kind:\t${source.kind ?? ''}\n`)
  w.write(1, `Name:\t${source.name ?? ''}\n`)
}

function statusText({ metadata, status }: PersistentVolumeClaim, now: number): string {
  if (metadata.deletionTimestamp) return `Terminating (lasts ${age(metadata.deletionTimestamp, now)})`
  return status?.phase ?? ''
}

/** `Volume Claims:` of a StatefulSet. */
export function claimTemplateLines(w: DescribeWriter, templates: ClaimTemplate[] | undefined): void {
  if (!templates?.length) {
    w.write(0, 'Volume Claims:\t<none>\n')
    return
  }
  w.write(0, 'Volume Claims:\n')
  for (const template of templates) {
    w.write(1, `Name:\t${template.metadata?.name ?? ''}\n`)
    w.write(1, `StorageClass:\t${storageClassOf(template)}\n`)
    labelLines(w, 'Labels', template.metadata?.labels, '  ')
    labelLines(w, 'Annotations', template.metadata?.annotations, '  ')
    w.write(1, `Capacity:\t${template.spec.resources?.requests?.storage ?? '<default>'}\n`)
    w.write(1, `Access Modes:\t${goList(template.spec.accessModes)}\n`)
  }
}
