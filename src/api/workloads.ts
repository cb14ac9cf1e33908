// Shapes of the workload, policy and storage objects that controllers work on; types only.
import type { Condition, KubeObject, LabelSelector, ObjectReference, PodSpec, PodTemplateSpec } from './types'

export type IntOrString = number | string

export interface ControllerRevision extends KubeObject {
  data?: unknown
  revision: number
}

export interface PersistentVolumeClaimTemplate {
  apiVersion?: string
  kind?: string
  metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }
  spec: PersistentVolumeClaim['spec']
  status?: unknown
}
export interface StatefulSet extends KubeObject {
  spec: {
    replicas: number
    selector: LabelSelector
    template: PodTemplateSpec
    serviceName?: string
    podManagementPolicy?: string
    updateStrategy?: { type?: string; rollingUpdate?: { partition?: number; maxUnavailable?: IntOrString } }
    minReadySeconds?: number
    revisionHistoryLimit?: number
    volumeClaimTemplates?: PersistentVolumeClaimTemplate[]
    persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string }
    ordinals?: { start?: number }
  }
  status: {
    observedGeneration?: number
    replicas: number
    readyReplicas?: number
    availableReplicas?: number
    currentReplicas?: number
    updatedReplicas?: number
    currentRevision?: string
    updateRevision?: string
    collisionCount?: number
    conditions?: Condition[]
  }
}

export interface DaemonSet extends KubeObject {
  spec: {
    selector: LabelSelector
    template: PodTemplateSpec
    updateStrategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
    minReadySeconds?: number
    revisionHistoryLimit?: number
  }
  status: {
    currentNumberScheduled: number
    desiredNumberScheduled: number
    numberMisscheduled: number
    numberReady: number
    numberAvailable?: number
    numberUnavailable?: number
    updatedNumberScheduled?: number
    observedGeneration?: number
    collisionCount?: number
    conditions?: Condition[]
  }
}

export interface PodFailurePolicyRule {
  action: 'FailJob' | 'FailIndex' | 'Ignore' | 'Count'
  onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] }
  onPodConditions?: { type: string; status: string }[]
}
export interface JobSpec {
  parallelism?: number
  completions?: number
  completionMode?: string
  backoffLimit?: number
  backoffLimitPerIndex?: number
  maxFailedIndexes?: number
  activeDeadlineSeconds?: number
  ttlSecondsAfterFinished?: number
  suspend?: boolean
  manualSelector?: boolean
  managedBy?: string
  podReplacementPolicy?: string
  podFailurePolicy?: { rules: PodFailurePolicyRule[] }
  successPolicy?: { rules: { succeededIndexes?: string; succeededCount?: number }[] }
  selector?: LabelSelector
  template: PodTemplateSpec
}
export interface JobStatus {
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  startTime?: string
  completionTime?: string
  completedIndexes?: string
  failedIndexes?: string
  conditions?: Condition[]
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] }
}
export interface Job extends KubeObject {
  spec: JobSpec
  status: JobStatus
}

export interface CronJob extends KubeObject {
  spec: {
    schedule: string
    timeZone?: string
    startingDeadlineSeconds?: number
    concurrencyPolicy?: string
    suspend?: boolean
    jobTemplate: {
      metadata?: { labels?: Record<string, string>; annotations?: Record<string, string>; name?: string }
      spec: JobSpec
    }
    successfulJobsHistoryLimit?: number
    failedJobsHistoryLimit?: number
  }
  status: { active?: ObjectReference[]; lastScheduleTime?: string; lastSuccessfulTime?: string }
}

export interface MetricSpec {
  type: string
  resource?: { name: string; target: MetricTarget }
  containerResource?: { name: string; container: string; target: MetricTarget }
  pods?: { metric: { name: string }; target: MetricTarget }
  object?: { metric: { name: string }; describedObject: ObjectReference; target: MetricTarget }
  external?: { metric: { name: string; selector?: LabelSelector }; target: MetricTarget }
}
export interface MetricTarget {
  type: string
  averageUtilization?: number
  averageValue?: string
  value?: string
}
export interface HorizontalPodAutoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string }
    minReplicas?: number
    maxReplicas: number
    metrics?: MetricSpec[]
    behavior?: unknown
  }
  status: {
    observedGeneration?: number
    lastScaleTime?: string
    currentReplicas?: number
    desiredReplicas?: number
    currentMetrics?: unknown[] | null
    conditions?: Condition[]
  }
}

export interface PodDisruptionBudget extends KubeObject {
  spec: { minAvailable?: IntOrString; maxUnavailable?: IntOrString; selector?: LabelSelector | null; unhealthyPodEvictionPolicy?: string }
  status: {
    observedGeneration?: number
    disruptedPods?: Record<string, string>
    disruptionsAllowed: number
    currentHealthy: number
    desiredHealthy: number
    expectedPods: number
    conditions?: Condition[]
  }
}

export interface PersistentVolumeClaim extends KubeObject {
  spec: {
    accessModes?: string[]
    selector?: LabelSelector
    resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
    volumeName?: string
    storageClassName?: string
    volumeMode?: string
    dataSource?: unknown
    dataSourceRef?: unknown
    volumeAttributesClassName?: string
  }
  status: {
    phase?: string
    accessModes?: string[]
    capacity?: Record<string, string>
    conditions?: Condition[]
    [field: string]: unknown
  }
}
/** Of the nodes from which a volume can be reached. */
interface VolumeNodeTerm {
  matchExpressions?: { key: string; operator: string; values?: string[] }[]
  matchFields?: { key: string; operator: string; values?: string[] }[]
}

export interface PersistentVolume extends KubeObject {
  spec: {
    capacity?: Record<string, string>
    accessModes?: string[]
    claimRef?: ObjectReference
    persistentVolumeReclaimPolicy?: string
    storageClassName?: string
    volumeMode?: string
    nodeAffinity?: { required?: { nodeSelectorTerms: VolumeNodeTerm[] } }
    mountOptions?: string[]
    [source: string]: unknown
  }
  status: { phase?: string; message?: string; reason?: string; lastPhaseTransitionTime?: string }
}
export interface StorageClass extends KubeObject {
  provisioner: string
  reclaimPolicy?: string
  volumeBindingMode?: string
  mountOptions?: string[]
  parameters?: Record<string, string>
  allowVolumeExpansion?: boolean
  allowedTopologies?: { matchLabelExpressions?: { key: string; values: string[] }[] }[]
}

export interface ResourceQuota extends KubeObject {
  spec: {
    hard?: Record<string, string>
    scopes?: string[]
    scopeSelector?: { matchExpressions?: { scopeName: string; operator: string; values?: string[] }[] }
  }
  status: { hard?: Record<string, string>; used?: Record<string, string> }
}

/** A pod template as a spec inside any workload. */
export interface HasPodTemplate {
  template: { spec: PodSpec }
}
