// The shapes of API objects as they are stored and printed; types only, the field list with defaults is src/schema.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type StringMap = Record<string, string>

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ManagedFieldsEntry {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  time?: string
  fieldsType: 'FieldsV1'
  fieldsV1: Record<string, unknown>
  subresource?: string
  /** In the state only: the fields are reckoned when somebody asks. */
  pending?: boolean
}

export interface ObjectMeta {
  name: string
  generateName?: string
  namespace?: string
  uid: string
  resourceVersion: string
  generation?: number
  creationTimestamp: string
  deletionTimestamp?: string
  deletionGracePeriodSeconds?: number
  labels?: StringMap
  annotations?: StringMap
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: ManagedFieldsEntry[]
  /** Read from old manifests, and never kept. */
  selfLink?: string
}

/** Any API object; kinds with a typed shape extend it. Values read from the view must not be changed in place. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  [field: string]: unknown
}

export interface ObjectReference {
  kind?: string
  namespace?: string
  name?: string
  uid?: string
  apiVersion?: string
  resourceVersion?: string
  fieldPath?: string
}

export interface LabelSelectorRequirement {
  key: string
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  values?: string[]
}
export interface LabelSelector {
  matchLabels?: StringMap
  matchExpressions?: LabelSelectorRequirement[]
}

export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastProbeTime?: string | null
  lastHeartbeatTime?: string
  observedGeneration?: number
}

// ---------------------------------------------------------------- pods

export interface ContainerPort {
  name?: string
  containerPort: number
  hostPort?: number
  hostIP?: string
  protocol: string
}
export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    fieldRef?: { apiVersion?: string; fieldPath: string }
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: string }
    configMapKeyRef?: { name?: string; key: string; optional?: boolean }
    secretKeyRef?: { name?: string; key: string; optional?: boolean }
  }
}
export interface EnvFromSource {
  prefix?: string
  configMapRef?: { name?: string; optional?: boolean }
  secretRef?: { name?: string; optional?: boolean }
}
export interface HttpGetAction {
  path?: string
  port: number | string
  host?: string
  scheme?: string
  httpHeaders?: { name: string; value: string }[]
}
export interface Handler {
  exec?: { command?: string[] }
  httpGet?: HttpGetAction
  tcpSocket?: { port: number | string; host?: string }
  grpc?: { port: number; service?: string }
  sleep?: { seconds: number }
}
export interface Probe extends Handler {
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}
export interface ResourceRequirements {
  limits?: Record<string, string | number>
  requests?: Record<string, string | number>
}
export interface VolumeMount {
  name: string
  mountPath: string
  subPath?: string
  subPathExpr?: string
  readOnly?: boolean
}
export interface Container {
  name: string
  image: string
  imagePullPolicy?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  ports?: ContainerPort[]
  env?: EnvVar[]
  envFrom?: EnvFromSource[]
  resources?: ResourceRequirements
  volumeMounts?: VolumeMount[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: { postStart?: Handler; preStop?: Handler; stopSignal?: string }
  restartPolicy?: string
  securityContext?: Record<string, unknown>
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
  terminationMessagePath?: string
  terminationMessagePolicy?: string
}
export interface Toleration {
  key?: string
  operator?: string
  value?: string
  effect?: string
  tolerationSeconds?: number
}
export interface Volume {
  name: string
  [source: string]: unknown
}
export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  volumes?: Volume[]
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  dnsPolicy?: string
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name: string; value?: string }[] }
  nodeSelector?: StringMap
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  nodeName?: string
  hostNetwork?: boolean
  hostAliases?: { ip: string; hostnames?: string[] }[]
  hostname?: string
  subdomain?: string
  setHostnameAsFQDN?: boolean
  shareProcessNamespace?: boolean
  affinity?: Record<string, unknown>
  schedulerName?: string
  tolerations?: Toleration[]
  priorityClassName?: string
  priority?: number
  preemptionPolicy?: string
  enableServiceLinks?: boolean
  readinessGates?: { conditionType: string }[]
  topologySpreadConstraints?: Record<string, unknown>[]
  securityContext?: Record<string, unknown>
  [field: string]: unknown
}
export interface ContainerStateTerminated {
  exitCode: number
  signal?: number
  reason?: string
  message?: string
  startedAt: string | null
  finishedAt: string | null
  containerID?: string
}
export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt: string }
  terminated?: ContainerStateTerminated
}
export interface ContainerStatus {
  name: string
  state: ContainerState
  lastState: ContainerState
  ready: boolean
  restartCount: number
  image: string
  imageID: string
  containerID?: string
  started?: boolean
  [field: string]: unknown
}
export interface PodStatus {
  phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  conditions?: Condition[]
  message?: string
  reason?: string
  nominatedNodeName?: string
  hostIP?: string
  hostIPs?: { ip: string }[]
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: string
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  qosClass?: string
  observedGeneration?: number
  [field: string]: unknown
}
export interface Pod extends KubeObject {
  spec: PodSpec
  status: PodStatus
}
export interface PodTemplateSpec {
  metadata?: Partial<ObjectMeta>
  spec: PodSpec
}

// ---------------------------------------------------------------- network

export interface ServicePort {
  name?: string
  protocol: string
  port: number
  targetPort: number | string
  nodePort?: number
  appProtocol?: string
}
export interface ServiceSpec {
  type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  clusterIP?: string
  clusterIPs?: string[]
  ports?: ServicePort[]
  selector?: StringMap
  externalName?: string
  externalIPs?: string[]
  sessionAffinity?: string
  sessionAffinityConfig?: { clientIP?: { timeoutSeconds?: number } }
  externalTrafficPolicy?: string
  internalTrafficPolicy?: string
  healthCheckNodePort?: number
  loadBalancerIP?: string
  loadBalancerSourceRanges?: string[]
  loadBalancerClass?: string
  allocateLoadBalancerNodePorts?: boolean
  publishNotReadyAddresses?: boolean
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  trafficDistribution?: string
}
export interface LoadBalancerIngress {
  ip?: string
  hostname?: string
  ipMode?: string
  ports?: { port: number; protocol: string; error?: string }[]
}
export interface Service extends KubeObject {
  spec: ServiceSpec
  status: { loadBalancer?: { ingress?: LoadBalancerIngress[] }; conditions?: Condition[] }
}
export interface EndpointAddress {
  ip: string
  hostname?: string
  nodeName?: string
  targetRef?: ObjectReference
}
export interface EndpointSubset {
  addresses?: EndpointAddress[]
  notReadyAddresses?: EndpointAddress[]
  ports?: { name?: string; port: number; protocol?: string; appProtocol?: string }[]
}
export interface Endpoints extends KubeObject {
  subsets?: EndpointSubset[]
}
export interface SliceEndpoint {
  addresses: string[]
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }
  hostname?: string
  targetRef?: ObjectReference
  nodeName?: string
  zone?: string
  hints?: { forZones?: { name: string }[]; forNodes?: { name: string }[] }
  deprecatedTopology?: StringMap
}
export interface SlicePort {
  name?: string
  port?: number
  protocol?: string
  appProtocol?: string
}
export interface EndpointSlice extends KubeObject {
  addressType: 'IPv4' | 'IPv6' | 'FQDN'
  endpoints: SliceEndpoint[] | null
  ports: SlicePort[] | null
}

// ---------------------------------------------------------------- workloads

export interface ReplicaSet extends KubeObject {
  spec: { replicas: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplateSpec }
  status: {
    replicas: number
    fullyLabeledReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    terminatingReplicas?: number
    observedGeneration?: number
    conditions?: Condition[]
  }
}
export interface ReplicationController extends KubeObject {
  spec: { replicas: number; minReadySeconds?: number; selector: StringMap; template: PodTemplateSpec }
  status: ReplicaSet['status']
}
export interface Deployment extends KubeObject {
  spec: {
    replicas: number
    selector: LabelSelector
    template: PodTemplateSpec
    strategy: { type: string; rollingUpdate?: { maxSurge?: number | string; maxUnavailable?: number | string } }
    minReadySeconds?: number
    revisionHistoryLimit?: number
    paused?: boolean
    progressDeadlineSeconds?: number
  }
  status: {
    observedGeneration?: number
    replicas?: number
    updatedReplicas?: number
    readyReplicas?: number
    availableReplicas?: number
    unavailableReplicas?: number
    terminatingReplicas?: number
    collisionCount?: number
    conditions?: Condition[]
  }
}

// ---------------------------------------------------------------- cluster

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}
export interface Node extends KubeObject {
  spec: { podCIDR?: string; podCIDRs?: string[]; taints?: Taint[]; unschedulable?: boolean; providerID?: string }
  status: {
    capacity?: StringMap
    allocatable?: StringMap
    conditions?: Condition[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: StringMap
    images?: { names: string[]; sizeBytes: number }[]
    daemonEndpoints?: { kubeletEndpoint: { Port: number } }
    [field: string]: unknown
  }
}
export interface Namespace extends KubeObject {
  spec: { finalizers?: string[] }
  status: { phase: 'Active' | 'Terminating'; conditions?: Condition[] }
}
export interface Event extends KubeObject {
  involvedObject: ObjectReference
  reason: string
  message: string
  source: { component?: string; host?: string }
  firstTimestamp: string | null
  lastTimestamp: string | null
  count?: number
  type: string
  eventTime: string | null
  action?: string
  related?: ObjectReference
  series?: { count: number; lastObservedTime: string }
  reportingComponent: string
  reportingInstance: string
}
export interface ConfigMap extends KubeObject {
  data?: StringMap
  binaryData?: StringMap
  immutable?: boolean
}
export interface Secret extends KubeObject {
  type: string
  data?: StringMap
  immutable?: boolean
}
