// Objects of kinds that are rarely made, wrong each in its own way: what a v1.37 API server said of the same ones.
import { refusals } from './check'

test.each<[string, string[]]>([
  [
    '{"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.x.example.com"},"spec":{"group":"x.example.com","version":"v1","groupPriorityMinimum":100,"versionPriority":0,"service":{"name":"x","namespace":"default"}}}',
    ['spec.versionPriority: Invalid value: 0: must be positive and less than 1000'],
  ],
  [
    '{"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.x.example.com"},"spec":{"group":"x.example.com","version":"v1","groupPriorityMinimum":2000000000,"versionPriority":10,"service":{"name":"x","namespace":"default"}}}',
    ['spec.groupPriorityMinimum: Invalid value: 2000000000: must be positive and less than 20000'],
  ],
  [
    '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"x"},"revision":-1,"data":{"a":1}}',
    ['revision: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    '{"apiVersion":"apps/v1","kind":"ControllerRevision","metadata":{"name":"x"},"revision":1}',
    ['data: Required value: data is mandatory'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"x"},"spec":{"serviceAccountTokenInSecrets":true}}',
    ['spec.serviceAccountTokenInSecrets: Invalid value: true: serviceAccountTokenInSecrets is set but no tokenRequests are specified'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"CSIDriver","metadata":{"name":"x"},"spec":{"volumeLifecycleModes":["Bogus!"]}}',
    ['spec.volumeLifecycleModes: Unsupported value: "Bogus!": supported values: "Persistent", "Ephemeral"'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"x"},"spec":{"drivers":[{"name":"a.example.com"}]}}',
    ['spec.drivers[0].nodeID: Required value'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"x"},"spec":{"drivers":[{"name":"a.example.com","nodeID":"one","allocatable":{"count":-1}}]}}',
    ['spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"CSIStorageCapacity","metadata":{"name":"x"},"storageClassName":"x","nodeTopology":{},"capacity":"-1"}',
    ['capacity: Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"x"},"spec":{"attacher":"a","nodeName":"one","source":{"persistentVolumeName":"p","inlineVolumeSpec":{"accessModes":[""]}}}}',
    ['spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttachment","metadata":{"name":"x"},"spec":{"attacher":"a","nodeName":"one","source":{"persistentVolumeName":"p","inlineVolumeSpec":{"awsElasticBlockStore":{}}}}}',
    ['spec.source: Forbidden: must specify exactly one of inlineVolumeSpec and persistentVolumeName'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttributesClass","metadata":{"name":"x"},"parameters":{"a":"b"}}',
    ['driverName: Required value'],
  ],
  [
    '{"apiVersion":"storage.k8s.io/v1","kind":"VolumeAttributesClass","metadata":{"name":"x"},"driverName":"","parameters":{"a":"b"}}',
    ['driverName: Required value'],
  ],
  [
    '{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"x"},"spec":{"cidrs":["Bogus!"]}}',
    ['spec.cidrs[0]: Invalid value: "Bogus!": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
  ],
  [
    '{"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"x"},"spec":{"cidrs":[]}}',
    ['spec.cidrs: Required value: at least one CIDR required'],
  ],
  [
    '{"apiVersion":"storagemigration.k8s.io/v1","kind":"StorageVersionMigration","metadata":{"name":"x"},"spec":{}}',
    ['spec.resource.resource: Required value: resource is required to be set'],
  ],
  [
    '{"apiVersion":"storagemigration.k8s.io/v1","kind":"StorageVersionMigration","metadata":{"name":"x"},"spec":{"resource":{"group":"apps","resource":""}}}',
    ['spec.resource.resource: Required value: resource is required to be set'],
  ],
  [
    '{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"x"},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"main","image":"nginx:1.25"}],"securityContext":{"appArmorProfile":{}}}}}',
    ['template.spec.securityContext.appArmorProfile.type: Required value: type is required when appArmorProfile is set'],
  ],
  [
    '{"apiVersion":"v1","kind":"PodTemplate","metadata":{"name":"x"},"template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"main","image":"nginx:1.25"}],"initContainers":[{"livenessProbe":{}}]}}}',
    [
      'template.spec.initContainers[0].name: Required value',
      'template.spec.initContainers[0].image: Required value',
      'template.spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration","metadata":{"name":"x"},"webhooks":[{"name":"a.example.com","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://example.com/hook"},"rules":[],"matchConditions":[{"name":""}]}]}',
    ['webhooks[0].matchConditions[0].expression: Required value', 'webhooks[0].matchConditions[0].name: Required value'],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingWebhookConfiguration","metadata":{"name":"x"},"webhooks":[{"name":"a.example.com","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://example.com/hook","service":{"namespace":"Bogus!"}},"rules":[]}]}',
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"x"},"webhooks":[{"name":"a.example.com","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://example.com/hook","service":{}},"rules":[]}]}',
    ['webhooks[0].clientConfig: Required value: exactly one of url or service is required'],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"x"},"webhooks":[{"name":"a.example.com","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"https://example.com/hook"},"rules":[{"apiVersions":[]}]}]}',
    [
      'webhooks[0].rules[0].operations: Required value',
      'webhooks[0].rules[0].apiGroups: Required value',
      'webhooks[0].rules[0].apiVersions: Required value',
      'webhooks[0].rules[0].resources: Required value',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"x"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"validations":[{"expression":""}]}}',
    ['spec.validations[0].expression: Required value: expression is not specified'],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"x"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["apps"],"apiVersions":["v1"],"operations":["CREATE"],"resources":["deployments"]}]},"validations":[{"expression":"Bogus!"}]}}',
    [
      'spec.validations[0].expression: Invalid value: "Bogus!": compilation failed: ERROR: <input>:1:6: Syntax error: extraneous input \'!\' expecting <EOF>\n | Bogus!\n | .....^',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"x"},"spec":{"policyName":"x","validationActions":["Deny"],"matchResources":{"resourceRules":[{"operations":[]}]}}}',
    [
      'spec.matchResources.resourceRules[0].operations: Required value',
      'spec.matchResources.resourceRules[0].apiGroups: Required value',
      'spec.matchResources.resourceRules[0].apiVersions: Required value',
      'spec.matchResources.resourceRules[0].resources: Required value',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"x"},"spec":{"policyName":"x","validationActions":["Deny"],"paramRef":{"parameterNotFoundAction":"Bogus!"}}}',
    [
      'spec.paramRef: Required value: one of name or selector must be specified',
      'spec.paramRef.parameterNotFoundAction: Unsupported value: "Bogus!": supported values: "Deny", "Allow"',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicyBinding","metadata":{"name":"x"},"spec":{"policyName":"x","paramRef":{"parameterNotFoundAction":"Bogus!"}}}',
    [
      'spec.paramRef: Required value: one of name or selector must be specified',
      'spec.paramRef.parameterNotFoundAction: Unsupported value: "Bogus!": supported values: "Deny", "Allow"',
    ],
  ],
  [
    '{"apiVersion":"admissionregistration.k8s.io/v1","kind":"MutatingAdmissionPolicyBinding","metadata":{"name":"x"},"spec":{"policyName":"x","matchResources":{"resourceRules":[{"apiGroups":[]}]}}}',
    [
      'spec.matchResources.resourceRules[0].operations: Required value',
      'spec.matchResources.resourceRules[0].apiGroups: Required value',
      'spec.matchResources.resourceRules[0].apiVersions: Required value',
      'spec.matchResources.resourceRules[0].resources: Required value',
    ],
  ],
  [
    '{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"x"},"spec":{"maxReplicas":3,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"another"},"behavior":{"scaleUp":{"stabilizationWindowSeconds":-1}}}}',
    ['spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero'],
  ],
  [
    '{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"x"},"spec":{"maxReplicas":3,"scaleTargetRef":{}}}',
    [
      'spec.scaleTargetRef.kind: Required value',
      'spec.scaleTargetRef.name: Required value',
      'spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group',
    ],
  ],
  [
    '{"apiVersion":"v1","kind":"Node","metadata":{"name":"x"},"spec":{"podCIDRs":[""]}}',
    ['spec.podCIDRs[0]: Invalid value: "": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'],
  ],
  [
    '{"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"x"},"handler":"runc","scheduling":{"tolerations":[{"effect":""}]}}',
    [
      'scheduling.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    '{"apiVersion":"node.k8s.io/v1","kind":"RuntimeClass","metadata":{"name":"x"},"handler":"runc","scheduling":{"tolerations":[{}]}}',
    [
      'scheduling.tolerations[0].operator: Invalid value: "": operator must be Exists when `key` is empty, which means "match all values and all keys"',
    ],
  ],
  [
    '{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"x"},"value":2000000000}',
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  [
    '{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"x"},"value":10,"preemptionPolicy":""}',
    ['preemptionPolicy: Required value'],
  ],
  [
    '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"x"},"spec":{"podSelector":{},"egress":[{"ports":[{"protocol":""}]}]}}',
    ['spec.egress[0].ports[0].protocol: Unsupported value: "": supported values: "TCP", "UDP", "SCTP"'],
  ],
  [
    '{"apiVersion":"networking.k8s.io/v1","kind":"NetworkPolicy","metadata":{"name":"x"},"spec":{"podSelector":{},"ingress":[{"ports":[{"port":"200%"}]}]}}',
    [
      'spec.ingress[0].ports[0].port: Invalid value: "200%": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      'spec.ingress[0].ports[0].port: Invalid value: "200%": must contain at least one letter (a-z)',
    ],
  ],
])('%s', (text, errors) => {
  expect(refusals(text)).toEqual(errors)
})

const request =
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0JBZ0VBTUI4eEN6QUpCZ05WQkFNTUFtMWxNUkF3RGdZRFZRUUtEQWRsZUdGdGNHeGxNRmt3RXdZSApLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFVm5DckpRdk9xNjY0SDVxVkluMGx3NHRXZ3ErQ0FLYzdUL0M2CmQ2WGRoNFRySHIzVC9uTVZ3TVFnTExVdHg2eC9NMzN3RGxCSXNLQk1HUXhiRzN6bUVhQUFNQW9HQ0NxR1NNNDkKQkFNQ0EwWUFNRU1DSUhEZ3ZSRGMzclVFMEJxaDFmRUFmbk16cWExRE55MVVjYkxkVjFDb0dRMDVBaDlLenpSMQpzdE0vQU5VWmI5T1RwK2ZVWEpPaFJqQjIrdHpOZTFZQnIrSTkKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg=='
const signing = (spec: string) =>
  `{apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: {name: x}, spec: {${spec}}}`
const MUST = "must be a fully qualified domain and path of the form 'example.com/signer-name'"

test.each<[string, string[]]>([
  [`request: ${request}, signerName: example.com/x, usages: [client auth]`, []],
  [
    '',
    [
      'spec.request: Invalid value: null: PEM block type must be CERTIFICATE REQUEST',
      'spec.usages: Required value',
      'spec.signerName: Required value',
    ],
  ],
  [
    `request: ${request}, signerName: x, usages: [any, any], expirationSeconds: 0`,
    [
      'spec.usages[1]: Duplicate value: "any"',
      `spec.signerName: Invalid value: "x": ${MUST}`,
      'spec.expirationSeconds: Invalid value: 0: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ],
  [
    `request: ${request}, signerName: a/b, usages: [any]`,
    ['spec.signerName: Invalid value: "a": should be a domain with at least two segments separated by dots'],
  ],
  [
    `request: LS0tLS1CRUdJTg==, signerName: kubernetes.io/legacy-unknown, usages: [any]`,
    [
      'spec.request: Invalid value: "LS0tLS1CRUdJTg==": PEM block type must be CERTIFICATE REQUEST',
      'spec.signerName: Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
    ],
  ],
])('a request for a certificate: %s', (spec, errors) => {
  expect(refusals(signing(spec))).toEqual(errors)
})
