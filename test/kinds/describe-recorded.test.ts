// Descriptions of objects like those of the recordings, compared word for word with what the real kubectl printed of them.
import { describeYaml, recorded } from './describe-fixtures'

const FULL_POD = `
apiVersion: v1
kind: Pod
metadata: {name: full, namespace: default, uid: u1, labels: {app: full}, annotations: {note: hello}}
spec:
  priority: 0
  nodeName: node-1
  serviceAccountName: default
  initContainers:
  - name: init
    image: busybox:1.36
    command: [sh, -c, echo init]
    volumeMounts: [{name: kube-api-access-bwbdz, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}]
  containers:
  - name: main
    image: nginx:1.25
    args: ["-g", "daemon off;"]
    command: [nginx]
    ports: [{name: http, containerPort: 80, protocol: TCP}, {containerPort: 53, protocol: UDP, hostPort: 5353}]
    env:
    - {name: PLAIN, value: x}
    - {name: FROM_SECRET, valueFrom: {secretKeyRef: {name: sec, key: user}}}
    - {name: FROM_CFG, valueFrom: {configMapKeyRef: {name: cfg, key: k, optional: true}}}
    - {name: POD_IP, valueFrom: {fieldRef: {apiVersion: v1, fieldPath: status.podIP}}}
    envFrom: [{configMapRef: {name: cfg}}, {prefix: S_, secretRef: {name: sec}}]
    resources: {requests: {cpu: 100m, memory: 32Mi}, limits: {cpu: "1", memory: 64Mi}}
    livenessProbe: {tcpSocket: {port: 80}, initialDelaySeconds: 5, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3}
    readinessProbe: {exec: {command: [cat, /etc/passwd]}, timeoutSeconds: 1, periodSeconds: 2, successThreshold: 1, failureThreshold: 3}
    startupProbe:
      httpGet: {path: /, port: http, scheme: HTTP}
      timeoutSeconds: 1
      periodSeconds: 1
      successThreshold: 1
      failureThreshold: 30
    volumeMounts:
    - {name: data, mountPath: /data}
    - {name: conf, mountPath: /conf, readOnly: true}
    - {name: sec, mountPath: /sec}
    - {name: kube-api-access-bwbdz, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  tolerations:
  - {key: k, operator: Equal, value: v, effect: NoSchedule}
  - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
  - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 300}
  nodeSelector: {kubernetes.io/os: linux}
  volumes:
  - {name: data, emptyDir: {}}
  - {name: conf, configMap: {name: cfg, defaultMode: 420}}
  - {name: sec, secret: {secretName: sec, defaultMode: 420}}
  - name: kube-api-access-bwbdz
    projected:
      sources:
      - serviceAccountToken: {expirationSeconds: 3607, path: token}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
      - downwardAPI: {items: [{path: namespace, fieldRef: {apiVersion: v1, fieldPath: metadata.namespace}}]}
status:
  phase: Running
  startTime: "2026-11-23T17:34:06Z"
  hostIP: 10.99.0.1
  podIP: 10.244.0.37
  podIPs: [{ip: 10.244.0.37}]
  qosClass: Burstable
  conditions:
  - {type: PodReadyToStartContainers, status: "True"}
  - {type: Initialized, status: "True"}
  - {type: Ready, status: "True"}
  - {type: ContainersReady, status: "True"}
  - {type: PodScheduled, status: "True"}
  initContainerStatuses:
  - name: init
    ready: true
    restartCount: 0
    imageID: sha256:73d62929aa43a138f4803c7482f2cb3d4352f1cc8490197a0fb6c72fdd9f6431
    containerID: containerd://4c72c52f1ab31c735ab1c102febee2588d4ef3ee42534e6f3ddf048312eb4d58
    state: {terminated: {exitCode: 0, reason: Completed, startedAt: "2026-11-23T17:34:08Z", finishedAt: "2026-11-23T17:34:08Z"}}
  containerStatuses:
  - name: main
    ready: true
    restartCount: 0
    imageID: sha256:e81bb1eb0713a81c47e21a512aa9d92bd795bfdb22ff4613ec25599532bd161f
    containerID: containerd://027d9ef7b3f1e65ca7148cb904e9eecf17fff69a46abc8b1095262e55d4d1fb7
    state: {running: {startedAt: "2026-11-23T17:34:10Z"}}
`

/** Events about an object: seconds before NOW, reason, component, message, field path. */
function events(about: string, rows: [ago: number, reason: string, component: string, message: string, fieldPath?: string][]): string {
  return rows
    .map(([ago, reason, component, message, fieldPath], index) => {
      const time = new Date(Date.parse('2026-11-23T17:34:12Z') - ago * 1000).toISOString()
      const path = fieldPath ? `, fieldPath: "${fieldPath}"` : ''
      return `---
apiVersion: v1
kind: Event
metadata: {name: e${index}, namespace: default}
involvedObject: {${about}, namespace: default, uid: u1${path}}
type: Normal
reason: ${reason}
message: ${JSON.stringify(message)}
source: {component: ${component}}
firstTimestamp: ${time}
lastTimestamp: ${time}
count: 1
`
    })
    .join('')
}

const INIT = 'spec.initContainers{init}'
const MAIN = 'spec.containers{main}'
const PRESENT = 'already present on machine and can be accessed by the pod'
const POD_EVENTS = events('kind: Pod, name: full', [
  [6, 'Scheduled', 'default-scheduler', 'Successfully assigned default/full to node-1'],
  [5, 'Pulled', 'kubelet', `Container image "busybox:1.36" ${PRESENT}`, INIT],
  [5, 'Created', 'kubelet', 'Container created', INIT],
  [5, 'Started', 'kubelet', 'Container started', INIT],
  [4, 'Pulled', 'kubelet', `Container image "nginx:1.25" ${PRESENT}`, MAIN],
  [4, 'Created', 'kubelet', 'Container created', MAIN],
  [3, 'Started', 'kubelet', 'Container started', MAIN],
])

const WEB_TEMPLATE = `
    metadata: {labels: {app: web, tier: frontend}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.25
        ports: [{name: http, containerPort: 80, protocol: TCP}]
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 500m, memory: 128Mi}}
`
const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: default
  uid: u1
  creationTimestamp: "2026-11-23T17:34:06Z"
  labels: {app: web}
  annotations: {deployment.kubernetes.io/revision: "1"}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}
  template: ${WEB_TEMPLATE}
status:
  replicas: 3
  updatedReplicas: 3
  availableReplicas: 3
  conditions:
  - {type: Available, status: "True", reason: MinimumReplicasAvailable}
  - {type: Progressing, status: "True", reason: NewReplicaSetAvailable}
---
apiVersion: apps/v1
kind: ReplicaSet
metadata:
  name: web-78c79c59fb
  namespace: default
  uid: u2
  labels: {app: web, tier: frontend, pod-template-hash: 78c79c59fb}
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: u1, controller: true}]
spec:
  replicas: 3
  selector: {matchLabels: {app: web, pod-template-hash: 78c79c59fb}}
  template: ${WEB_TEMPLATE.replace('{app: web, tier: frontend}', '{app: web, tier: frontend, pod-template-hash: 78c79c59fb}')}
status: {replicas: 3}
`

const STATEFUL_SET = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: default, uid: u1, creationTimestamp: "2026-11-23T17:34:07Z"}
spec:
  replicas: 2
  serviceName: db
  podManagementPolicy: OrderedReady
  selector: {matchLabels: {app: db}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0, maxUnavailable: 1}}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: Retain, whenScaled: Retain}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: redis, image: "redis:7", ports: [{name: redis, containerPort: 6379, protocol: TCP}]}]}
status: {replicas: 2}
${[0, 1]
  .map(
    (n) => `---
apiVersion: v1
kind: Pod
metadata:
  name: db-${n}
  namespace: default
  labels: {app: db}
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: u1, controller: true}]
spec: {containers: []}
status: {phase: Running}
`,
  )
  .join('')}`

const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: lb, namespace: default, labels: {app: lb}}
spec:
  type: LoadBalancer
  selector: {app: lb}
  clusterIP: 10.103.234.172
  clusterIPs: [10.103.234.172]
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  sessionAffinity: None
  externalTrafficPolicy: Cluster
  internalTrafficPolicy: Cluster
  ports:
  - {name: "80", port: 80, targetPort: 80, nodePort: 32607, protocol: TCP}
  - {name: 443-8443, port: 443, targetPort: 8443, nodePort: 30879, protocol: TCP}
status: {loadBalancer: {}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: lb-x, namespace: default, labels: {kubernetes.io/service-name: lb}}
addressType: IPv4
endpoints: null
ports: null
`

const cases: [name: string, scenario: string, command: string, yaml: string][] = [
  ['a pod with everything', 'describe-many', 'kubectl describe pod full', FULL_POD + POD_EVENTS],
  [
    'a deployment',
    'describe-many',
    'kubectl describe deployment web',
    DEPLOYMENT +
      events('kind: Deployment, name: web', [
        [14, 'ScalingReplicaSet', 'deployment-controller', 'Scaled up replica set web-78c79c59fb from 0 to 3'],
      ]),
  ],
  [
    'a stateful set',
    'describe-many',
    'kubectl describe statefulset db',
    STATEFUL_SET +
      events('kind: StatefulSet, name: db', [
        [13, 'SuccessfulCreate', 'statefulset-controller', 'Create Pod db-0 in StatefulSet db successful'],
        [12, 'SuccessfulCreate', 'statefulset-controller', 'Create Pod db-1 in StatefulSet db successful'],
      ]),
  ],
  [
    'a config map',
    'describe-many',
    'kubectl describe cm cfg',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cfg, namespace: default}\ndata: {k: v, file.txt: "line1\\nline2\\n"}',
  ],
  [
    'a secret',
    'describe-many',
    'kubectl describe secret sec',
    'apiVersion: v1\nkind: Secret\nmetadata: {name: sec, namespace: default}\ntype: Opaque\ndata: {user: YWRtaW4=, pass: aHVudGVyMg==}',
  ],
  [
    'a service account',
    'describe-many',
    'kubectl describe sa default',
    'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: default}',
  ],
  [
    'a namespace',
    'namespaces',
    'kubectl describe ns dev',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: dev, labels: {kubernetes.io/metadata.name: dev}}\nstatus: {phase: Active}',
  ],
  ['a load balancer without endpoints', 'create-service', 'kubectl describe svc lb', SERVICE],
  [
    'endpoints',
    'service-manual-endpoints',
    'kubectl describe ep legacy',
    `apiVersion: v1
kind: Endpoints
metadata: {name: legacy, namespace: default}
subsets: [{addresses: [{ip: 192.0.2.42}, {ip: 192.0.2.43}], ports: [{port: 9376, protocol: TCP}]}]`,
  ],
  [
    'an endpoint slice',
    'service-manual-endpoints',
    'kubectl describe endpointslice legacy-1',
    `apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: legacy-1, namespace: default, labels: {kubernetes.io/service-name: legacy}}
addressType: IPv4
ports: [{name: "", port: 9376, protocol: TCP}]
endpoints: [{addresses: [192.0.2.50], conditions: {}}]`,
  ],
  [
    'a claim',
    'storage-quota-limits',
    'kubectl describe pvc claim',
    `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: claim
  namespace: default
  annotations: {pv.kubernetes.io/bind-completed: "yes", pv.kubernetes.io/bound-by-controller: "yes"}
  finalizers: [kubernetes.io/pvc-protection]
spec: {storageClassName: manual, volumeName: pv1, volumeMode: Filesystem}
status:
  phase: Bound
  accessModes: [ReadWriteOnce]
  capacity: {storage: 1Gi}
  conditions:
  - type: Unused
    status: "True"
    lastProbeTime: null
    lastTransitionTime: "2026-11-23T17:39:21Z"
    reason: NoPodsUsingPVC
    message: No pods are currently referencing this PVC`,
  ],
  [
    'a volume',
    'storage-quota-limits',
    'kubectl describe pv pv1',
    `apiVersion: v1
kind: PersistentVolume
metadata: {name: pv1, annotations: {pv.kubernetes.io/bound-by-controller: "yes"}, finalizers: [kubernetes.io/pv-protection]}
spec:
  storageClassName: manual
  claimRef: {namespace: default, name: claim}
  persistentVolumeReclaimPolicy: Retain
  accessModes: [ReadWriteOnce]
  volumeMode: Filesystem
  capacity: {storage: 1Gi}
  hostPath: {path: /tmp/pv1, type: ""}
status: {phase: Bound}`,
  ],
  [
    'a limit range',
    'storage-quota-limits',
    'kubectl describe limitrange l -n lim',
    `apiVersion: v1
kind: LimitRange
metadata: {name: l, namespace: lim}
spec: {limits: [{type: Container, max: {cpu: "1"}, default: {cpu: 200m}, defaultRequest: {cpu: 100m}}]}`,
  ],
  [
    'a quota',
    'storage-quota-limits',
    'kubectl describe quota q -n lim',
    `apiVersion: v1
kind: ResourceQuota
metadata: {name: q, namespace: lim}
spec: {hard: {pods: "1", services: "1"}}
status: {hard: {pods: "1", services: "1"}, used: {pods: "1", services: "0"}}`,
  ],
  [
    'an ingress to nowhere',
    'ingress-netpol-pdb',
    'kubectl describe ing ing',
    `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: ing, namespace: default}
spec: {rules: [{host: shop.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]}`,
  ],
  [
    'a network policy',
    'ingress-netpol-pdb',
    'kubectl describe netpol deny',
    `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: default, creationTimestamp: "2026-11-23T18:09:16Z"}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
  ingress: [{from: [{podSelector: {matchLabels: {access: "true"}}}], ports: [{port: 80, protocol: TCP}]}]`,
  ],
  [
    'a role',
    'rbac-auth',
    'kubectl describe role reader',
    `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]`,
  ],
  [
    'a role binding',
    'rbac-auth',
    'kubectl describe rolebinding bot-reads',
    `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: bot-reads, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: bot, namespace: default}]`,
  ],
]

test.each(cases)('%s', (_name, scenario, command, yaml) => {
  expect(describeYaml(yaml)).toBe(recorded(scenario, command))
})

test('a pod without its events', () => {
  expect(describeYaml(FULL_POD + POD_EVENTS, false)).toBe(
    recorded('describe-many', 'kubectl describe pod full').replace(/Events:[\s\S]*/, ''),
  )
})
