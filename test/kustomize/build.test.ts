// What kustomizations build, against what kustomize itself prints for the same files.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { buildKustomization } from '../../src/kustomize'
import { toYaml } from '../../src/lib/yaml-emit'

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: web
        image: nginx:1.25
        envFrom:
        - configMapRef:
            name: settings
`

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector:
    app: web
  ports:
  - port: 80
`

const BINDING = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: reader
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: reader
subjects:
- kind: ServiceAccount
  name: default
- kind: ServiceAccount
  name: robot
---
apiVersion: v1
kind: ServiceAccount
metadata:
  name: robot
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: reader
`

type Files = Record<string, string>

let root: string
const warnings: string[] = []

beforeEach(() => {
  root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'kustomize-')))
  warnings.length = 0
})
afterEach(() => fs.rmSync(root, { recursive: true }))

function build(files: Files, directory = '.'): string {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), text)
  }
  return buildKustomization(directory, { cwd: root, warn: (line) => warnings.push(line) })
    .map(({ value }) => toYaml(value))
    .join('---\n')
}

function refusal(files: Files, directory = '.'): string {
  try {
    return `built: ${build(files, directory)}`
  } catch (error) {
    return (error as Error).message.replaceAll(root, '/work')
  }
}

/** The lines of a text that match, without their indentation. */
function lines(text: string, pattern: RegExp): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => pattern.test(line))
}

describe('objects', () => {
  test('come out in the legacy order of kinds, or in that of the resources', () => {
    const files = { 'kustomization.yaml': 'resources: [web.yaml, service.yaml]\n', 'web.yaml': WEB, 'service.yaml': SERVICE }
    expect(lines(build(files), /^kind:/)).toEqual(['kind: Service', 'kind: Deployment'])
    const sorted = { ...files, 'kustomization.yaml': 'resources: [web.yaml, service.yaml]\nsortOptions: {order: fifo}\n' }
    expect(lines(build(sorted), /^kind:/)).toEqual(['kind: Deployment', 'kind: Service'])
  })

  test('of lists are taken apart, those for local use left out', () => {
    const list = `kind: List\napiVersion: v1\nitems:\n- ${SERVICE.trimEnd().replaceAll('\n', '\n  ')}\n`
    const local = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: l\n  annotations: {config.kubernetes.io/local-config: "true"}\n'
    expect(build({ 'kustomization.yaml': 'resources: [list.yaml, local.yaml]\n', 'list.yaml': list, 'local.yaml': local })).toBe(
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n  selector:\n    app: web\n`,
    )
  })
})

describe('names', () => {
  const files = (kustomization: string): Files => ({
    'kustomization.yaml': `resources: [web.yaml, service.yaml]\n${kustomization}`,
    'web.yaml': WEB,
    'service.yaml': SERVICE,
  })

  test.each<[string, string, RegExp, string[]]>([
    ['prefix and suffix', 'namePrefix: a-\nnameSuffix: -z\n', /^ {0}name: (a|web)/, ['name: a-web-z', 'name: a-web-z', 'name: web']],
    [
      'a generated map is referred to by its hashed name',
      'configMapGenerator: [{name: settings, literals: [fruit=apple]}]\n',
      /settings/,
      ['name: settings-c9867f8446', 'name: settings-c9867f8446'],
    ],
    [
      'without hash',
      'namePrefix: p-\nconfigMapGenerator: [{name: settings, literals: [fruit=apple], options: {disableNameSuffixHash: true}}]\n',
      /settings/,
      ['name: p-settings', 'name: p-settings'],
    ],
  ])('%s', (_name, kustomization, pattern, expected) => {
    expect(lines(build(files(kustomization)), pattern)).toEqual(expected)
  })

  test('bindings follow roles and accounts; only the account called default moves by itself', () => {
    const text = build({ 'kustomization.yaml': 'resources: [rbac.yaml]\nnamePrefix: x-\nnamespace: team\n', 'rbac.yaml': BINDING })
    expect(text.split('---\n').at(-1)).toBe(`apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: x-reader
  namespace: team
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: x-reader
subjects:
- kind: ServiceAccount
  name: default
  namespace: team
- kind: ServiceAccount
  name: x-robot
  namespace: team
`)
  })
})

describe('generators', () => {
  test.each<[string, string, Files, string]>([
    [
      'numbers and booleans are texts',
      'configMapGenerator:\n- name: bob\n  literals:\n  - fruit=Indian Gooseberry\n  - year=2020\n  - crisis=true\n',
      {},
      'apiVersion: v1\ndata:\n  crisis: "true"\n  fruit: Indian Gooseberry\n  year: "2020"\nkind: ConfigMap\nmetadata:\n  name: bob-79t79mt227\n',
    ],
    [
      'env files, quoted literals, options',
      `configMapGenerator:
- name: c
  envs: [c.env]
  literals: ["quoted='a b'"]
  options: {disableNameSuffixHash: true, immutable: true, labels: {a: own}}
generatorOptions:
  labels: {a: all, b: all}
`,
      { 'c.env': '# comment\nONE=1\n\nEMPTY\n' },
      `apiVersion: v1
data:
  EMPTY: ""
  ONE: "1"
  quoted: a b
immutable: true
kind: ConfigMap
metadata:
  labels:
    a: own
    b: all
  name: c
`,
    ],
    [
      'secrets',
      'secretGenerator:\n- {name: s, type: kubernetes.io/basic-auth, files: [word=pass.txt], options: {disableNameSuffixHash: true}}\n',
      { 'pass.txt': 'secret' },
      'apiVersion: v1\ndata:\n  word: c2VjcmV0\nkind: Secret\nmetadata:\n  name: s\ntype: kubernetes.io/basic-auth\n',
    ],
  ])('%s', (_name, kustomization, files, expected) => {
    expect(build({ 'kustomization.yaml': kustomization, ...files })).toBe(expected)
  })

  test('an overlay merges into what its base generates', () => {
    const base = 'configMapGenerator:\n- name: bob\n  literals:\n  - fruit=Indian Gooseberry\n  - year=2020\n  - crisis=true\n'
    const overlay = 'resources: [../base]\nconfigMapGenerator:\n- {name: bob, behavior: merge, literals: [month=12]}\n'
    const text = build({ 'base/kustomization.yaml': base, 'overlay/kustomization.yaml': overlay }, 'overlay')
    expect(lines(text, /^(name|month|year)/)).toEqual(['month: "12"', 'year: "2020"', 'name: bob-bk46gm59c6'])
  })
})

describe('transformers', () => {
  const web = (kustomization: string) => build({ 'kustomization.yaml': `resources: [web.yaml]\n${kustomization}`, 'web.yaml': WEB })

  test.each<[string, string, RegExp, string[]]>([
    ['labels leave selectors alone', 'labels: [{pairs: {team: a}}]\n', /team/, ['team: a']],
    ['labels with templates', 'labels: [{pairs: {team: a}, includeTemplates: true}]\n', /team/, ['team: a', 'team: a']],
    ['labels with selectors', 'labels: [{pairs: {team: a}, includeSelectors: true}]\n', /team/, ['team: a', 'team: a', 'team: a']],
    ['commonLabels', 'commonLabels: {team: a}\n', /team/, ['team: a', 'team: a', 'team: a']],
    ['commonAnnotations', 'commonAnnotations: {note: hi}\n', /note/, ['note: hi', 'note: hi']],
    ['replicas', 'replicas: [{name: web, count: 3}]\n', /replicas/, ['replicas: 3']],
    ['an image tag', 'images: [{name: nginx, newTag: "2"}]\n', /image:/, ['- image: nginx:2']],
    ['an image name', 'images: [{name: nginx, newName: example.com:5000/web}]\n', /image:/, ['- image: example.com:5000/web:1.25']],
    ['a digest replaces the tag', 'images: [{name: nginx, digest: "sha256:ab"}]\n', /image:/, ['image: nginx@sha256:ab']],
    ['another image stays', 'images: [{name: ngin, newTag: "2"}]\n', /image:/, ['image: nginx:1.25']],
  ])('%s', (_name, kustomization, pattern, expected) => {
    const found = lines(web(kustomization), pattern).map((line) => line.replace(/^- /, ''))
    expect(found).toEqual(expected.map((line) => line.replace(/^- /, '')))
  })

  test('replacements copy a field into others', () => {
    const text = web(`replacements:
- source: {kind: Deployment, name: web, fieldPath: "spec.template.spec.containers.[name=web].image", options: {delimiter: ":", index: 1}}
  targets:
  - select: {kind: Deployment}
    fieldPaths: ["metadata.labels.version"]
    options: {create: true}
`)
    expect(lines(text, /version/)).toEqual(['version: "1.25"'])
  })
})

describe('patches', () => {
  const patched = (kustomization: string, files: Files = {}) =>
    build({ 'kustomization.yaml': `resources: [web.yaml]\n${kustomization}`, 'web.yaml': WEB, ...files })

  const containers = (body: string) =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {template: {spec: {containers: ${body}}}}\n`

  test.each<[string, string, RegExp, string[]]>([
    [
      'containers of a patch go first',
      containers('[{name: side, image: side}]'),
      /^name: |image:/,
      ['name: web', 'image: side', 'name: side', 'name: settings', 'image: nginx:1.25', 'name: web'],
    ],
    ['a container is merged by its name', containers('[{name: web, image: other}]'), /image:/, ['image: other']],
    ['a container is deleted', containers('[{name: web, $patch: delete}]'), /containers|image:/, ['containers: []']],
    ['a list is replaced', containers('[{name: only, image: only}, {$patch: replace}]'), /image:/, ['image: only']],
  ])('%s', (_name, patch, pattern, expected) => {
    const text = patched('patches: [{path: patch.yaml}]\n', { 'patch.yaml': patch })
    expect(lines(text, pattern).map((line) => line.replace(/^- /, ''))).toEqual(expected)
  })

  test('by target: merge and JSON patch, both inline', () => {
    const text = patched(`patches:
- target: {kind: Deployment, name: w.*}
  patch: |-
    - {op: add, path: /metadata/annotations/note, value: hi}
- target: {labelSelector: none=such}
  patch: |-
    - {op: remove, path: /spec}
- target: {kind: Deployment}
  patch: |-
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: any}
    spec: {replicas: 2, selector: null}
`)
    expect(lines(text, /note|replicas|selector|name: web/)).toEqual(['note: hi', 'name: web', 'replicas: 2', 'name: web'])
  })

  test('an object can be deleted', () => {
    const text = patched('patches: [{path: patch.yaml}]\n', {
      'patch.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n$patch: delete\n',
    })
    expect(text).toBe('')
  })
})

describe('directories', () => {
  test('a component works on what its parent has', () => {
    const text = build(
      {
        'part/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nreplicas: [{name: web, count: 5}]\n',
        'app/kustomization.yaml': 'resources: [web.yaml]\ncomponents: [../part]\n',
        'app/web.yaml': WEB,
      },
      'app',
    )
    expect(lines(text, /replicas/)).toEqual(['replicas: 5'])
  })

  test('deprecated fields work and are warned of', () => {
    const files = { 'base/kustomization.yaml': 'resources: [s.yaml]\n', 'base/s.yaml': SERVICE }
    const text = build({ ...files, 'over/kustomization.yaml': 'bases: [../base]\ncommonLabels: {a: b}\n' }, 'over')
    expect(lines(text, /^a: b/)).toEqual(['a: b', 'a: b'])
    expect(warnings.map((line) => line.split('.')[0])).toEqual([
      "# Warning: 'bases' is deprecated",
      "# Warning: 'commonLabels' is deprecated",
    ])
  })
})

describe('refusals', () => {
  const missing = "evalsymlink failure on '/work/x.yaml' : lstat /work/x.yaml: no such file or directory"
  test.each<[string, Files, string]>([
    ['no kustomization', {}, "unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/work'"],
    ['two of them', { 'kustomization.yaml': '', Kustomization: '' }, 'Found multiple kustomization files under: /work\n'],
    ['an empty one', { 'kustomization.yaml': 'kind: Kustomization\n' }, 'kustomization.yaml is empty'],
    ['an unknown field', { 'kustomization.yaml': 'resource: [a]\n' }, 'invalid Kustomization: json: unknown field "resource"'],
    [
      'a field of the wrong type',
      { 'kustomization.yaml': 'resources: a\n' },
      'invalid Kustomization: json: cannot unmarshal string into Go struct field Kustomization.resources of type []string',
    ],
    ...(
      [
        ['labels: [{pairs: {a: 1}}]', 'number', 'Label.labels.pairs', 'string'],
        ['labels: [{fields: [{path: yes}]}]', 'bool', 'FieldSpec.labels.fields.path', 'string'],
        ['replicas: [{name: x, count: a}]', 'string', 'Replica.replicas.count', 'int64'],
        ['configMapGenerator: [{name: 1}]', 'number', 'ConfigMapArgs.configMapGenerator.GeneratorArgs.name', 'string'],
        [
          'configMapGenerator: [{literals: a}]',
          'string',
          'ConfigMapArgs.configMapGenerator.GeneratorArgs.KvPairSources.literals',
          '[]string',
        ],
        ['secretGenerator: [{type: 1}]', 'number', 'SecretArgs.secretGenerator.type', 'string'],
      ] as const
    ).map(([text, kind, field, type]): [string, Files, string] => [
      `a field of the wrong type: ${field}`,
      { 'kustomization.yaml': `${text}\n` },
      `invalid Kustomization: json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`,
    ]),
    [
      'a missing file',
      { 'kustomization.yaml': 'resources: [x.yaml]\n' },
      `accumulating resources: accumulation err='accumulating resources from 'x.yaml': ${missing}': must build at directory: not a valid directory: ${missing}`,
    ],
    [
      'an object without a name',
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': 'apiVersion: v1\nkind: Pod\n' },
      "accumulating resources: accumulation err='accumulating resources from 'x.yaml': missing metadata.name in object {{v1 Pod} {{ } map[] map[]}}': must build at directory: '/work/x.yaml': file is not directory",
    ],
    [
      'the same object twice',
      { 'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n', 'a.yaml': SERVICE, 'b.yaml': SERVICE },
      "accumulating resources: accumulation err='merging resources from 'b.yaml': may not add resource with an already registered id: Service.v1.[noGrp]/web.[noNs]': must build at directory: '/work/b.yaml': file is not directory",
    ],
    [
      'a patch without its object',
      { 'kustomization.yaml': 'patches: [{patch: "{apiVersion: v1, kind: Pod, metadata: {name: p}}"}]\n' },
      'no resource matches strategic merge patch "Pod.v1.[noGrp]/p.[noNs]": no matches for Id Pod.v1.[noGrp]/p.[noNs]; failed to find unique target for patch Pod.v1.[noGrp]/p.[noNs]',
    ],
    [
      'a JSON patch without target',
      { 'kustomization.yaml': 'patches: [{patch: "[{op: remove, path: /a}]"}]\n' },
      'must specify a target for JSON patch [patch: "[{op: remove, path: /a}]"]',
    ],
    [
      'a JSON patch that does not fit',
      {
        'kustomization.yaml': 'resources: [s.yaml]\npatches: [{target: {kind: Service}, patch: "[{op: remove, path: /a/b}]"}]\n',
        's.yaml': SERVICE,
      },
      'remove operation does not apply: doc is missing path: "/a/b": missing value',
    ],
    [
      'a patch without a name',
      { 'kustomization.yaml': 'patches: [{patch: "{kind: Pod}"}]\n' },
      `trouble configuring builtin PatchTransformer with config: \`\npatch: '{kind: Pod}'\n\`: unable to parse SM or JSON patch from [patch: "{kind: Pod}"]`,
    ],
    [
      'a patch file that is not there, told before a patch that fits nothing',
      {
        'kustomization.yaml':
          'patches: [{patch: "[{op: remove, path: /a}]"}, {path: x.yaml, target: {kind: Pod}, options: {allowNameChange: true}}]\n',
      },
      "trouble configuring builtin PatchTransformer with config: `\noptions:\n  allowNameChange: true\npath: x.yaml\ntarget:\n  kind: Pod\n`: failed to get the patch file from path(x.yaml): evalsymlink failure on '/work/x.yaml' : lstat /work/x.yaml: no such file or directory",
    ],
    [
      'a strategic merge in no file',
      { 'kustomization.yaml': 'patchesStrategicMerge: [x.yaml]\n' },
      "trouble configuring builtin PatchStrategicMergeTransformer with config: `\npaths:\n- x.yaml\n`: evalsymlink failure on '/work/x.yaml' : lstat /work/x.yaml: no such file or directory",
    ],
    [
      'operations for no name',
      { 'kustomization.yaml': 'patchesJson6902: [{path: x.yaml, target: {kind: Pod}}]\n' },
      'trouble configuring builtin PatchJson6902Transformer with config: `\npath: x.yaml\ntarget:\n  kind: Pod\n`: must specify the target name',
    ],
    [
      'what is no YAML',
      { 'kustomization.yaml': 'resources: [a\n' },
      "invalid Kustomization: yaml: line 1: did not find expected ',' or ']'",
    ],
    [
      'replicas of nothing',
      { 'kustomization.yaml': 'replicas: [{name: a, count: 1}]\n' },
      'resource with name a does not match a config with the following GVK [Deployment.[noVer].[noGrp] StatefulSet.[noVer].[noGrp] ReplicaSet.[noVer].[noGrp] ReplicationController.[noVer].[noGrp]]',
    ],
    [
      'a file outside',
      { 'kustomization.yaml': 'configMapGenerator: [{name: a, files: [/etc/hostname]}]\n' },
      "loading KV pairs: file sources: [/etc/hostname]: security; file '/etc/hostname' is not in or below '/work'",
    ],
  ])('%s', (_name, files, message) => {
    expect(refusal(files)).toBe(message)
  })

  test('a cycle', () => {
    const files = { 'a/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../a]\n' }
    expect(refusal(files, 'a')).toMatch(/cycle detected: candidate root '\/work\/a' contains visited root '\/work\/a'$/)
  })
})
