// How far a rollout is: the sentence and whether it is done. Follows kubectl/pkg/polymorphichelpers/rollout_status.go.
import type { Deployment } from '../api/types'
import type { DaemonSet, StatefulSet } from '../api/workloads'
import type { Selected } from '../cli/select'
import { CommandError } from '../errors'
import { groupKind } from './rollout-revisions'

export interface Progress {
  text: string
  done: boolean
}

/** `revision` 0 means any. Throws CommandError for kinds without rollouts, an exceeded deadline, another revision. */
export function progressOf({ info, object }: Selected, revision: number): Progress {
  switch (info.resource) {
    case 'deployments.apps':
      return deploymentProgress(object as Deployment, revision)
    case 'daemonsets.apps':
      return daemonSetProgress(object as DaemonSet)
    case 'statefulsets.apps':
      return statefulSetProgress(object as StatefulSet)
    default:
      throw new CommandError(`no status viewer has been implemented for ${groupKind(info)}`)
  }
}

function waiting(text: string): Progress {
  return { text: `${text}\n`, done: false }
}

function done(text: string): Progress {
  return { text: `${text}\n`, done: true }
}

function deploymentProgress({ metadata, spec, status = {} }: Deployment, revision: number): Progress {
  const name = JSON.stringify(metadata.name)
  const running = Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0)
  if (revision > 0 && revision !== running) {
    throw new CommandError(`desired revision (${revision}) is different from the running revision (${running})`)
  }
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) return waiting('Waiting for deployment spec update to be observed...')
  const progressing = status.conditions?.find((condition) => condition.type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') throw new CommandError(`deployment ${name} exceeded its progress deadline`)
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status
  const start = `Waiting for deployment ${name} rollout to finish:`
  if (updated < spec.replicas) return waiting(`${start} ${updated} out of ${spec.replicas} new replicas have been updated...`)
  if (replicas > updated) return waiting(`${start} ${replicas - updated} old replicas are pending termination...`)
  if (available < updated) return waiting(`${start} ${available} of ${updated} updated replicas are available...`)
  return done(`deployment ${name} successfully rolled out`)
}

function daemonSetProgress({ metadata, spec, status }: DaemonSet): Progress {
  requireRollingUpdate(spec.updateStrategy?.type)
  const name = JSON.stringify(metadata.name)
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0)) return waiting('Waiting for daemon set spec update to be observed...')
  const { updatedNumberScheduled: updated = 0, numberAvailable: available = 0, desiredNumberScheduled: desired = 0 } = status
  const start = `Waiting for daemon set ${name} rollout to finish:`
  if (updated < desired) return waiting(`${start} ${updated} out of ${desired} new pods have been updated...`)
  if (available < desired) return waiting(`${start} ${available} of ${desired} updated pods are available...`)
  return done(`daemon set ${name} successfully rolled out`)
}

function statefulSetProgress({ metadata, spec, status }: StatefulSet): Progress {
  requireRollingUpdate(spec.updateStrategy?.type)
  const observed = status?.observedGeneration ?? 0
  if (observed === 0 || (metadata.generation ?? 0) > observed) return waiting('Waiting for statefulset spec update to be observed...')
  const { readyReplicas: ready = 0, updatedReplicas: updated = 0, updateRevision = '', currentRevision = '' } = status
  if (ready < spec.replicas) return waiting(`Waiting for ${spec.replicas - ready} pods to be ready...`)
  const rolling = spec.updateStrategy?.rollingUpdate
  if (rolling) {
    const wanted = spec.replicas - (rolling.partition ?? 0)
    if (rolling.partition !== undefined && updated < wanted) {
      return waiting(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted} new pods have been updated...`)
    }
    return done(`partitioned roll out complete: ${updated} new pods have been updated...`)
  }
  if (updateRevision !== currentRevision) {
    return waiting(`waiting for statefulset rolling update to complete ${updated} pods at revision ${updateRevision}...`)
  }
  return done(`statefulset rolling update complete ${status.currentReplicas ?? 0} pods at revision ${currentRevision}...`)
}

function requireRollingUpdate(strategy: string | undefined): void {
  if (strategy !== 'RollingUpdate') throw new CommandError('rollout status is only available for RollingUpdate strategy type')
}
