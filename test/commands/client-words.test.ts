// What the client says by itself, before or without the server: local patches, conditions, contexts, listings.
import { type Shell, shell } from './shell'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  labels: {app: web}
  name: web
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{image: nginx, name: nginx}]}
`

let sh: Shell
beforeEach(() => {
  sh = shell()
  sh.write('d.yml', DEPLOYMENT)
  sh.write(
    'two.yml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, labels: {a: b}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, labels: {c: d}}\n',
  )
})
afterEach(() => sh.remove())

const FORMAT = "error: jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'"
const PLACES = `error: You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`
const FORMATS = 'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml'
const LOCAL = 'patch --local -f d.yml --type'

test.each([
  [
    'a JSON patch that is an object',
    `${LOCAL} json -p '{"a":1}'`,
    'error: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
  ],
  ['a JSON patch that is a text', `${LOCAL} json -p '"x"'`, 'error: json: cannot unmarshal string into Go value of type jsonpatch.Patch'],
  [
    'an operation that is a number',
    `${LOCAL} json -p [1]`,
    'error: json: cannot unmarshal number into Go value of type jsonpatch.Operation',
  ],
  ['a JSON patch that breaks off', `${LOCAL} json -p {`, 'error: unexpected end of JSON input'],
  [
    'a JSON patch of a missing path',
    `${LOCAL} json -p '[{"op":"replace","path":"/nope/a","value":1}]'`,
    'error: replace operation does not apply: doc is missing path: /nope/a: missing value',
  ],
  ['a merge patch that breaks off', `${LOCAL} merge -p {`, 'error: Invalid JSON Patch'],
  ['a merge patch of nothing', `${LOCAL} merge -p null`, 'error: Invalid JSON Patch'],
  [
    'a merge patch that is a list',
    `${LOCAL} merge -p [1]`,
    'error: json: cannot unmarshal array into Go value of type unstructured.detector',
  ],
  ['a strategic patch that breaks off', `${LOCAL} strategic -p {`, 'error: invalid JSON document'],
  ['a strategic patch that is a list', `${LOCAL} strategic -p [1]`, 'error: invalid JSON document'],
  ['a condition with no path', 'wait deploy/web --for=jsonpath=', 'error: jsonpath expression cannot be empty'],
  ['a condition with two signs', 'wait deploy/web --for=jsonpath=={.a}', 'error: jsonpath expression cannot be empty'],
  ['a condition with two values', 'wait deploy/web --for=jsonpath={.a}=b=c', FORMAT],
  [
    'a condition without its value',
    'wait deploy/web --for=jsonpath={.a}=',
    "error: jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
  ],
  ['a condition in capitals', 'wait deploy/web --for=Condition=Ready', 'error: unrecognized condition: "Condition=Ready"'],
  ['an empty condition', 'wait deploy/web --for=', 'error: unrecognized condition: ""'],
  ['set-last-applied of nothing', 'apply set-last-applied', PLACES],
  ['edit-last-applied of nothing', 'apply edit-last-applied', PLACES],
  ['a local --from', 'set env --local -f d.yml --from=cm/a', 'error: unsupported resource specified in --from'],
  [
    '--from is looked up before the objects',
    'set env deploy/nope --from=cm/nope',
    'Error from server (NotFound): configmaps "nope" not found',
  ],
  [
    'annotate -k and -f',
    'annotate -k nosuch -f d.yml a=b',
    "only one of -f or -k can be specified\nthe -k flag can't be used with -f or -R",
  ],
  [
    'get -k',
    'get -k /nosuch',
    "must build at directory: not a valid directory: evalsymlink failure on '/nosuch' : lstat /nosuch: no such file or directory",
  ],
  [
    'delete -k',
    'delete -k /nosuch',
    "error: must build at directory: not a valid directory: evalsymlink failure on '/nosuch' : lstat /nosuch: no such file or directory",
  ],
  [
    'version with a timeout that is none',
    'version --request-timeout=1x',
    'error: Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)',
  ],
  ['run without patience', 'run x --image=nginx --pod-running-timeout=0s', 'error: --pod-running-timeout must be higher than zero'],
  [
    'events in a format for lists',
    'events -o custom-columns=A:.a',
    `error: unable to match a printer suitable for the output format "custom-columns=A:.a", allowed formats are: ${FORMATS}`,
  ],
  [
    'a uid that is a number',
    'create --dry-run=client -f uid.yml',
    'error: unable to decode "uid.yml": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.uid of type types.UID',
  ],
  [
    'names of a list of the typed client',
    'cluster-info dump -o name',
    'error: list types are not supported by name printing: *v1.NodeList',
  ],
])('%s', async (_name, line, expected) => {
  sh.write('uid.yml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: o, uid: 1}\n')
  expect(await sh.kubectl(line)).toBe(`${expected}\n[exit 1]`)
})

test.each([
  ['looked for by the namespace', 'get po --context=bad', 'Error in configuration: context was not found for specified context: bad'],
  ['looked for by the client', 'create cm x --context=bad', 'error: context "bad" does not exist'],
  ['with a namespace, by the client', 'get po -n a --context=bad', 'error: context "bad" does not exist'],
  ['a cluster, by the namespace', 'get po --cluster=bad', 'error: no server found for cluster "bad"'],
  ['a cluster, by the client', 'run x --image=a --cluster=bad', 'error: cluster "bad" does not exist'],
])('a context that is not there: %s', async (_name, line, expected) => {
  expect(await sh.kubectl(line)).toBe(`${expected}\n[exit 1]`)
})

test('--local patches make of fields what they will', async () => {
  expect(await sh.kubectl(`${LOCAL} strategic -p '{"spec":{"replicas":"x"}}' -o jsonpath={.spec.replicas}`)).toBe('x')
  expect(await sh.kubectl(`${LOCAL} merge -p '{"kind":null}'`)).toMatch(/^error: Object 'Kind' is missing in '\{"apiVersion":"apps\/v1",/)
})

test('--list names the objects of more than one file only', async () => {
  expect(await sh.kubectl('label --local -f two.yml --list')).toBe('a=b\nc=d\n')
  expect(await sh.kubectl('label --local -f two.yml -f d.yml --list')).toBe(
    'Listing labels for ConfigMap./one:\n a=b\nListing labels for ConfigMap./two:\n c=d\nListing labels for Deployment.apps/web:\n app=web\n',
  )
})

test('an emptied value is left out, an empty list is kept', async () => {
  expect(await sh.kubectl("set env --local -f d.yml A= -o jsonpath='{..env}'")).toBe('[{"name":"A"}]')
  expect(await sh.kubectl('create deployment x --image= --dry-run=client -o yaml')).toContain('containers: []\n')
})

test('set selector --local shows the version asked for', async () => {
  sh.write('s.yml', 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}]}\n')
  expect(await sh.kubectl('set selector --local -f s.yml --resource-version=1 a=b -o jsonpath={.metadata.resourceVersion}')).toBe('1')
  await sh.kubectl('create -f s.yml')
  expect(await sh.kubectl('set selector -f s.yml --resource-version=1 a=b')).toMatch(/^Error from server \(Conflict\)/)
})

test('events print typed lists, and nothing where names are asked for', async () => {
  expect(await sh.kubectl('events -o json')).toBe('No events found in default namespace.\n')
  await sh.kubectl('run x --image=nginx')
  expect(await sh.kubectl('events -o name')).toBe('')
  expect(await sh.kubectl('events -o json')).toMatch(
    /^\{\n {4}"kind": "EventList",\n {4}"apiVersion": "v1",\n {4}"metadata": \{\},\n {4}"items": \[\n {8}\{\n {12}"kind": "Event",/,
  )
})
