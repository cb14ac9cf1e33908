import type { KubeObject } from '../../src/api/types'
import { CommandError } from '../../src/errors'
import { allowedFormats, printerFor, resultPrinterFor } from '../../src/print'
import { listOf } from '../../src/print/structured'

const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'web', tier: 'a<b' },
    managedFields: [{ manager: 'm', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }],
  },
  spec: { replicas: 2, containers: [{ name: 'a' }, { name: 'b' }] },
}
const cm: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cm', uid: 'v', resourceVersion: '8', creationTimestamp: '2026-01-01T00:00:00Z' },
}

const prints: { name: string; output: string; out: string; template?: string }[] = [
  {
    name: 'json without managed fields',
    output: 'json',
    out: `{
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {
            "app": "web",
            "tier": "a\\u003cb"
        },
        "name": "web",
        "resourceVersion": "7",
        "uid": "u"
    },
    "spec": {
        "containers": [
            {
                "name": "a"
            },
            {
                "name": "b"
            }
        ],
        "replicas": 2
    }
}
`,
  },
  { name: 'names', output: 'name', out: 'deployment.apps/web\n' },
  { name: 'words in capitals', output: 'NAME', out: 'deployment.apps/web\n' },
  { name: 'jsonpath', output: 'jsonpath={.metadata.name}', out: 'web' },
  { name: 'jsonpath in --template', output: 'jsonpath', template: '{.spec.replicas}', out: '2' },
  { name: 'jsonpath as JSON', output: 'jsonpath-as-json={.spec.replicas}', out: '[\n    2\n]\n' },
  { name: 'jsonpath sees managed fields', output: 'jsonpath={.metadata.managedFields[*].manager}', out: 'm' },
  { name: 'a template file', output: 'jsonpath-file=t', out: 'web' },
  {
    name: 'custom columns',
    output: 'custom-columns=N:.metadata.name,C:spec.containers[*].name,X:{.nope}',
    out: 'N     C     X\nweb   a,b   <none>\n',
  },
  { name: 'custom columns from a file', output: 'custom-columns-file=c', out: 'NAME   KIND\nweb    Deployment\n' },
  { name: 'maps in custom columns', output: 'custom-columns=L:.metadata.labels', out: 'L\nmap[app:web tier:a<b]\n' },
]

const readFile = (name: string): string => {
  const files: Record<string, string> = {
    t: '{.metadata.name}',
    c: 'NAME KIND\nmetadata.name {kind}\n',
    short: 'NAME\n',
    uneven: 'A B\nx\n',
  }
  if (!(name in files)) throw new Error(`open ${name}: no such file or directory`)
  return files[name]
}

test.each(prints)('$name', ({ output, template, out }) => {
  expect(printerFor(output, { template, readFile }).print(web)).toBe(out)
})

test('yaml documents are separated', () => {
  const printer = printerFor('yaml')
  expect(printer.print(cm)).toMatch(/^apiVersion: v1\nkind: ConfigMap\n/)
  expect(printer.print(cm)).toMatch(/^---\napiVersion: v1\n/)
})

test('a list has no resource version', () => {
  expect(printerFor('yaml').print(listOf([]))).toBe('apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: ""\n')
  expect(printerFor('name').print(listOf([web, cm]))).toBe('deployment.apps/web\nconfigmap/cm\n')
})

test('managed fields on request', () => {
  expect(printerFor('yaml', { showManagedFields: true }).print(listOf([web]))).toContain('managedFields')
  expect(printerFor('kyaml').print(listOf([web]))).not.toContain('managedFields')
})

test('events', () => {
  const event = { type: 'ADDED', object: cm }
  expect(printerFor('json').printEvent(event)).toMatch(/^{"type":"ADDED","object":{"apiVersion":"v1",.*}}\n$/)
  expect(printerFor('yaml').printEvent(event)).toMatch(/^object:\n {2}apiVersion: v1\n(.*\n)*type: ADDED\n$/)
  expect(printerFor('custom-columns=E:.type,N:.object.metadata.name').printEvent(event)).toBe('E       N\nADDED   cm\n')
  expect(printerFor('name').printEvent(event)).toBe('configmap/cm\n')
})

test('custom columns print their header once and remember widths', () => {
  const printer = printerFor('custom-columns=NAME:.metadata.name,K:.kind')
  printer.print({ ...cm, metadata: { ...cm.metadata, name: 'a-long-name' } })
  expect(printer.print(cm)).toBe('cm            ConfigMap\n')
})

const refused: { name: string; output: string; message: string; template?: string; printed?: string }[] = [
  {
    name: 'an unknown word',
    output: 'bogus',
    message:
      'unable to match a printer suitable for the output format "bogus", allowed formats are: custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,wide,yaml',
  },
  { name: 'no template', output: 'jsonpath', message: 'template format specified but no template given' },
  { name: 'no columns', output: 'custom-columns', message: 'custom-columns format specified but no custom columns given' },
  {
    name: 'a column without path',
    output: 'custom-columns=bad',
    message: 'unexpected custom-columns spec: bad, expected <header>:<json-path-expr>',
  },
  { name: 'a missing file', output: 'jsonpath-file=nope', message: 'error reading --template nope, open nope: no such file or directory' },
  {
    name: 'a missing column file',
    output: 'custom-columns-file=nope',
    message: 'error reading template nope, open nope: no such file or directory\n',
  },
  {
    name: 'a column file of one line',
    output: 'custom-columns-file=short',
    message:
      'invalid template, missing spec line. Expected format is one line of space separated headers, one line of space separated column specs.',
  },
  {
    name: 'an uneven column file',
    output: 'custom-columns-file=uneven',
    message: "number of headers (2) and field specifications (1) don't match",
  },
  { name: 'jsonpath that cannot be read', output: 'jsonpath={.a[}', message: 'error parsing jsonpath {.a[}, unterminated array' },
  { name: 'a column path that cannot be read', output: 'custom-columns=A:.a[', message: 'unterminated array', printed: 'A\n' },
]

test.each(refused)('refuses $name', ({ output, template, message, printed }) => {
  let failure: unknown
  try {
    printerFor(output, { template, readFile }).print(web)
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(CommandError)
  expect((failure as CommandError).message).toBe(message)
  expect((failure as CommandError).printed).toBe(printed ?? '')
})

test('a jsonpath that fails shows what it was given', () => {
  expect(() => printerFor('jsonpath={.x}', { allowMissingKeys: false }).print(cm)).toThrow(
    new CommandError(
      'error executing jsonpath "{.x}": Error executing template: x is not found. Printing more information for debugging the template:\n\ttemplate was:\n\t\t{.x}\n' +
        '\tobject given to jsonpath engine was:\n\t\tmap[string]interface {}{"apiVersion":"v1", "kind":"ConfigMap", "metadata":map[string]interface {}{"creationTimestamp":"2026-01-01T00:00:00Z", "name":"cm", "resourceVersion":"8", "uid":"v"}}\n\n\n',
    ),
  )
})

test('what a changing command prints', () => {
  expect(resultPrinterFor('created', '').print(web)).toBe('deployment.apps/web created\n')
  expect(resultPrinterFor('created', 'name').print(web)).toBe('deployment.apps/web\n')
  expect(resultPrinterFor('created', '', { template: '{{.kind}}', outputGiven: true }).print(cm)).toBe('configmap/cm created\n')
  expect(() => resultPrinterFor('created', 'wide')).toThrow(`allowed formats are: ${allowedFormats(false).join(',')}`)
  expect(allowedFormats(false)).not.toContain('custom-columns')
})

test('go templates, and what they print when they fail', () => {
  expect(printerFor('go-template={{.metadata.name}}').print(web)).toBe('web')
  expect(printerFor('', { template: '{{len .items}}' }).print(listOf([web, cm]))).toBe('2')
  expect(() => printerFor('template={{')).toThrow('error parsing template {{, template: output:1: unclosed action')
  let failure: unknown
  try {
    printerFor('go-template=a{{.x}}', { allowMissingKeys: false }).print(cm)
  } catch (error) {
    failure = error
  }
  const message = 'template: output:1:3: executing "output" at <.x>: map has no entry for key "x"'
  expect((failure as CommandError).message).toBe(`error executing template "a{{.x}}": ${message}`)
  expect((failure as CommandError).printed).toBe(
    `aError executing template: ${message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\ta{{.x}}\n` +
      '\traw data was:\n\t\t{"apiVersion":"v1","kind":"ConfigMap","metadata":{"creationTimestamp":"2026-01-01T00:00:00Z","name":"cm","resourceVersion":"8","uid":"v"}}\n' +
      '\tobject given to template engine was:\n\t\tmap[apiVersion:v1 kind:ConfigMap metadata:map[creationTimestamp:2026-01-01T00:00:00Z name:cm resourceVersion:8 uid:v]]\n\n',
  )
})
