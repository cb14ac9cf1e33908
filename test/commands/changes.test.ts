// label, annotate, scale, expose, autoscale and rollout: what they say and what they refuse.
import { type Shell, shell } from './shell'

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "nginx:1.25", ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]}]}
`

let box: Shell
beforeEach(async () => {
  box = shell()
  box.write('web.yaml', WEB)
  await box.kubectl('create -f web.yaml')
})
afterEach(() => box.remove())

/** Plays command lines one after another; each must answer what stands beside it. */
async function play(steps: [line: string, answer: string][]): Promise<void> {
  for (const [line, answer] of steps) expect(`$ ${line}\n${await box.kubectl(line)}`).toBe(`$ ${line}\n${answer}`)
}

test('label tells what happened to each object', () =>
  play([
    ['label deploy web a=1 b=2', 'deployment.apps/web labeled\n'],
    ['label deploy web a=1', 'deployment.apps/web not labeled\n'],
    ['label deploy web a- c=3', 'deployment.apps/web modified\n'],
    ['label deploy web b-', 'deployment.apps/web unlabeled\n'],
    ['label deploy web b-', 'label "b" not found.\ndeployment.apps/web not labeled\n'],
    ['label deploy --all x=y', 'deployment.apps/web labeled\n'],
    ['label deploy web --list', 'app=web\nc=3\nx=y\n'],
    ['label deploy --all --list', 'Listing labels for Deployment.apps/web:\n app=web\n c=3\n x=y\n'],
  ]))

test('label refuses', () =>
  play([
    ['label deploy web a=b a-', 'error: can not both modify and remove a label in the same command\n[exit 1]'],
    ['label deploy web a=b=c', 'error: invalid label spec: a=b=c\n[exit 1]'],
    ['label deploy web app=x', "error: 'app' already has a value (web), and --overwrite is false\n[exit 1]"],
    ['label deploy a=b web', 'error: all resources must be specified before label changes: web\n[exit 1]'],
    ['label deploy web', 'error: at least one label update is required\n[exit 1]'],
    ['label a=b', 'error: one or more resources must be specified as <resource> <name> or <resource>/<name>\n[exit 1]'],
    ['label deploy --all -l app=web a=b', 'error: cannot set --all and --selector at the same time\n[exit 1]'],
    ['label deploy --all a=b --resource-version=1', 'error: --resource-version may only be used with a single resource\n[exit 1]'],
    [
      'label deploy web a=b --resource-version=1',
      'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again\n[exit 1]',
    ],
    [
      'label deploy web a=b --local',
      'error: can only use local files by -f pod.yaml or --filename=pod.json when --local=true is set\n[exit 1]',
    ],
  ]))

test('annotate, with the cause of a change', () =>
  play([
    ['annotate deploy web kubernetes.io/change-cause=one', 'deployment.apps/web annotated\n'],
    ['annotate deploy web kubernetes.io/change-cause=two', 'deployment.apps/web annotated\n'],
    ['annotate deploy web note=a', 'deployment.apps/web annotated\n'],
    [
      'annotate deploy web note=b',
      "error: --overwrite is false but found the following declared annotation(s): 'note' already has a value (a)\n[exit 1]",
    ],
    [
      'annotate deploy web note=b note-',
      'error: can not both modify and remove the following annotation(s) in the same command: note\n[exit 1]',
    ],
    [
      'annotate deploy web note=b --overwrite --record',
      'deployment.apps/web annotated\nFlag --record has been deprecated, --record will be removed in the future\n',
    ],
    [
      "get deploy web -o jsonpath='{.metadata.annotations.kubernetes\\.io/change-cause}'",
      'kubectl annotate deploy web note=b --overwrite=true --record=true',
    ],
  ]))

test('scale', () =>
  play([
    ['scale deploy web', 'error: required flag(s) "replicas" not set\n[exit 1]'],
    ['scale deploy web --replicas=3 --current-replicas=5', 'error: Expected replicas to be 5, was 2\n[exit 1]'],
    ['scale deploy web --replicas=3 --dry-run=client', 'deployment.apps/web scaled (dry run)\n'],
    ['scale deploy web --replicas=3 --dry-run=client -o jsonpath={.spec.replicas}', '3'],
    ['get deploy web -o jsonpath={.spec.replicas}', '2'],
    ['scale deploy web --replicas=3 --timeout=1m', 'deployment.apps/web scaled\n'],
    ['get deploy web -o jsonpath={.status.replicas}', '3'],
    [
      'scale deploy nope web --replicas=1',
      'deployment.apps/web scaled\nError from server (NotFound): deployments.apps "nope" not found\n[exit 1]',
    ],
    [
      'scale cm kube-root-ca.crt --replicas=1',
      'Error from server (NotFound): the server could not find the requested resource (patch configmaps kube-root-ca.crt)\n[exit 1]',
    ],
    [
      'scale priorityclass system-node-critical --replicas=1 --current-replicas=2',
      'Error from server (NotFound): the server could not find the requested resource (get priorityclasses system-node-critical)\n[exit 1]',
    ],
    ['scale deploy -l app=none --replicas=1', 'error: no objects passed to scale\n[exit 1]'],
  ]))

test('expose takes ports, protocols, selector and labels from the object', async () => {
  await play([
    ['expose deploy web', 'service/web exposed\n'],
    ['get svc web -o jsonpath={.spec.ports[*].name}/{.spec.ports[*].protocol}/{.metadata.labels.app}', 'port-1 port-2/TCP UDP/web'],
    ['expose deploy web --port=53 --name=dns --target-port=dns', 'service/dns exposed\n'],
    ['get svc dns -o jsonpath={.spec.ports}', '[{"port":53,"protocol":"UDP","targetPort":"dns"}]'],
    ['expose svc dns --port=80 --protocol=TCP --name=again --session-affinity=ClientIP', 'service/again exposed\n'],
    ['get svc again -o jsonpath={.spec.sessionAffinity}', 'ClientIP'],
    ['expose deploy web --port=80 --name=x --selector=a=b=c', 'error: unexpected label spec: a=b=c\n[exit 1]'],
    ['expose deploy web --port=80 --name=x --session-affinity=Some', 'error: unknown session affinity: Some\n[exit 1]'],
    ['expose node node-1 --port=80', 'error: cannot expose a Node\n[exit 1]'],
    [
      'expose svc kubernetes --port=80 --name=x',
      "error: couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set\n[exit 1]",
    ],
  ])
  box.write(
    'rs.yaml',
    WEB.replace('kind: Deployment', 'kind: ReplicaSet')
      .replace('{matchLabels: {app: web}}', '{matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [web, api]}]}')
      .replace('name: web', 'name: expr'),
  )
  await play([
    ['create -f rs.yaml', 'replicaset.apps/expr created\n'],
    [
      'expose rs expr',
      `error: couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "[{Key:app Operator:In Values:[web api]}]" to map-based selector format\n[exit 1]`,
    ],
  ])
})

test('autoscale', () =>
  play([
    ['autoscale deploy web', 'error: required flag(s) "max" not set\n[exit 1]'],
    ['autoscale deploy web --max=0', 'error: --max=MAXPODS is required and must be at least 1, max: 0\n[exit 1]'],
    ['autoscale deploy web --max=2 --min=3', 'error: --max=MAXPODS must be larger or equal to --min=MINPODS, max: 2, min: 3\n[exit 1]'],
    ['autoscale deploy web --max=2 --cpu=x%', 'error: invalid percentage value: x\n[exit 1]'],
    ['autoscale deploy web --max=2 --memory=1Q', 'error: invalid resource memory value: 1Q\n[exit 1]'],
    [
      'autoscale svc kubernetes --max=2',
      'error: cannot autoscale a Service: could not find scale subresource for /v1, Resource=services in discovery information\n[exit 1]',
    ],
    ['autoscale deploy web --max=2 --cpu=500 --memory=60%', 'horizontalpodautoscaler.autoscaling/web autoscaled\n'],
    [
      'get hpa web -o jsonpath={.spec.metrics[*].resource.target}',
      '{"averageValue":"500m","type":"AverageValue"} {"averageUtilization":60,"type":"Utilization"}',
    ],
    [
      'autoscale deploy web --max=2 --cpu=50%',
      'Error from server (AlreadyExists): horizontalpodautoscalers.autoscaling "web" already exists\n[exit 1]',
    ],
    [
      'autoscale deploy web --max=2',
      'error: failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: empty input\n[exit 1]',
    ],
  ]))

const TEMPLATE = (hash: string, image: string) =>
  `Pod Template:\n  Labels:\tapp=web\n\tpod-template-hash=${hash}\n  Containers:\n   nginx:\n    Image:\t${image}\n    Ports:\t80/TCP, 53/UDP\n    Host Ports:\t0/TCP, 0/UDP\n    Environment:\t<none>\n    Mounts:\t<none>\n  Volumes:\t<none>\n  Node-Selectors:\t<none>\n  Tolerations:\t<none>\n`

test('rollout of a deployment', async () => {
  const hash = async () => (await box.kubectl('get rs -o jsonpath={.items[0].metadata.labels.pod-template-hash}')).trim()
  const first = await hash()
  await play([
    ['rollout status deploy/web', 'deployment "web" successfully rolled out\n'],
    ['rollout history deploy/web --revision=1', `deployment.apps/web with revision #1\n${TEMPLATE(first, 'nginx:1.25')}\n`],
    ['rollout history deploy/web --revision=4', 'error: unable to find the specified revision\n[exit 1]'],
    ['rollout undo deploy/web', 'error: no rollout history found for deployment "web"\n[exit 1]'],
    ['rollout undo deploy/web --to-revision=1', 'deployment.apps/web skipped rollback (current template already matches revision 1)\n'],
    ['set image deploy/web nginx=nginx:1.26', 'deployment.apps/web image updated\n'],
    ['annotate deploy/web kubernetes.io/change-cause=newer', 'deployment.apps/web annotated\n'],
    ['rollout history deploy/web', 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         newer\n\n'],
    ['rollout undo deploy/web --dry-run=client', `deployment.apps/web ${TEMPLATE(first, 'nginx:1.25')} (dry run)\n`],
    ['rollout undo deploy/web --dry-run=server', 'deployment.apps/web rolled back (server dry run)\n'],
    ['get deploy web -o jsonpath={.spec.template.spec.containers[0].image}', 'nginx:1.26'],
    ['rollout undo deploy/web', 'deployment.apps/web rolled back\n'],
    ['rollout history deploy/web', 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         newer\n3         <none>\n\n'],
    ['rollout undo deploy/web --to-revision=9', 'error: unable to find specified revision 9 in history\n[exit 1]'],
    ['rollout pause deploy/web', 'deployment.apps/web paused\n'],
    ['rollout pause deploy/web', 'error: deployments.apps "web" is already paused\n[exit 1]'],
    ['rollout restart deploy/web', 'error: deployments.apps "web" can\'t restart paused deployment (run rollout resume first)\n[exit 1]'],
    [
      'rollout undo deploy/web',
      "error: you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again\n[exit 1]",
    ],
    ['rollout resume deploy/web', 'deployment.apps/web resumed\n'],
    ['rollout resume deploy/web', 'error: deployments.apps "web" is not paused\n[exit 1]'],
    ['rollout restart deploy/web', 'deployment.apps/web restarted\n'],
    [
      'rollout restart deploy/web',
      'error: failed to create patch for web: if restart has already been triggered within the past second, please wait before attempting to trigger another\n[exit 1]',
    ],
    ['rollout status deploy/web --revision=2', 'error: desired revision (2) is different from the running revision (4)\n[exit 1]'],
    ['rollout status deploy', 'deployment "web" successfully rolled out\n'],
  ])
})

test('rollout of what cannot roll', () =>
  play([
    ['rollout status', 'error: required resource not specified\n[exit 1]'],
    ['rollout status cm/kube-root-ca.crt', 'error: no status viewer has been implemented for ConfigMap\n[exit 1]'],
    [
      'rollout undo cm/kube-root-ca.crt',
      'error: error retrieving rollbacker for "ConfigMap", no visitor method exists for { ConfigMap}\n[exit 1]',
    ],
    ['rollout pause cm/kube-root-ca.crt', 'error: configmaps "kube-root-ca.crt" pausing is not supported\n[exit 1]'],
    ['rollout restart deploy -l app=none', 'No resources found in default namespace.\n'],
    ['rollout status deploy/nope', 'Error from server (NotFound): deployments.apps "nope" not found\n[exit 1]'],
  ]))

const DAEMONS = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {containers: [{name: a, image: "nginx:1.25"}]}
`

test('rollout of a daemon set goes by its controller revisions', async () => {
  box.write('ds.yaml', DAEMONS)
  await play([
    ['create -f ds.yaml', 'daemonset.apps/agent created\n'],
    ['rollout status ds/agent', 'daemon set "agent" successfully rolled out\n'],
    ['rollout undo ds/agent', 'error: no last revision to roll back to\n[exit 1]'],
    ['set image ds/agent a=nginx:1.26', 'daemonset.apps/agent image updated\n'],
    ['rollout history ds/agent', 'daemonset.apps/agent \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n'],
    ['rollout undo ds/agent', 'daemonset.apps/agent rolled back\n'],
    ['get ds agent -o jsonpath={.spec.template.spec.containers[0].image}', 'nginx:1.25'],
    ['rollout undo ds/agent --to-revision=3', 'daemonset.apps/agent skipped rollback (current template already matches revision 3)\n'],
  ])
})
