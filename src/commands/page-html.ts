// The page of `kubesim serve page`: one document without anything from elsewhere; it draws what the server tells it, as text only.

/** The page as it is at first, with what there is to draw (JSON) in it. */
export function pageOf(network: string): string {
  return PAGE.replace('NETWORK', () => network.replaceAll('<', '\\u003c'))
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kubesim: the network</title>
<style>
:root { --ground: #f6f7f9; --card: #fff; --ink: #1c2430; --soft: #66707f; --line: #d9dee6; --good: #1a7f4b; --bad: #c0352b; --wait: #a86a00; --mark: #2f6fdb }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14181f; --card: #1d232d; --ink: #e6eaf0; --soft: #98a3b3; --line: #323b49; --good: #4cc38a; --bad: #ff7b6e; --wait: #e5ab45; --mark: #7aa7ff }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, sans-serif }
header { display: flex; flex-wrap: wrap; gap: 6px 18px; align-items: baseline; padding: 14px 20px; border-bottom: 1px solid var(--line) }
h1 { font-size: 17px; margin: 0 }
h2 { font-size: 12px; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 0 0 10px }
select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 2px 6px }
#state { margin-left: auto; color: var(--soft) }
main { position: relative; display: grid; grid-template-columns: minmax(340px, 1fr) minmax(340px, 1fr); gap: 90px; padding: 18px 20px; align-items: start }
svg { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; overflow: visible }
path { fill: none; stroke: var(--good); stroke-width: 1.2; opacity: .4 }
path.off { stroke: var(--bad); stroke-dasharray: 4 4 }
.hot path { opacity: .08 } .hot path.on { opacity: 1; stroke-width: 2 }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 9px; padding: 10px 12px; margin-bottom: 12px }
.card > :first-child { display: flex; gap: 8px; align-items: baseline; flex-wrap: wrap }
.name { font-weight: 600 } .soft { color: var(--soft) } code, .mono { font: 12.5px/1.5 ui-monospace, Menlo, Consolas, monospace }
.chip { display: inline-block; padding: 1px 7px; border: 1px solid var(--line); border-radius: 99px; margin: 3px 4px 0 0 }
.verdict { margin-top: 6px; padding-left: 9px; border-left: 3px solid var(--good) } .verdict.off { border-color: var(--bad) }
.verdict code { display: block; margin-top: 3px; color: var(--soft); overflow-wrap: anywhere }
.dot { flex: none; width: 9px; height: 9px; border-radius: 50%; background: var(--good) } .off > .dot, .dot.off { background: var(--bad) } .dot.wait { background: var(--wait) }
.pod { display: grid; grid-template-columns: 9px 1fr auto auto; gap: 9px; align-items: center; padding: 4px 6px; margin: 0 -6px; border-radius: 6px; cursor: default }
.pod .name { font-weight: 500; overflow-wrap: anywhere } .pod.on, .service.on { outline: 2px solid var(--mark) }
.empty { color: var(--soft); padding: 8px 0 }
@media (max-width: 820px) { main { grid-template-columns: 1fr; gap: 8px } svg { display: none } }
</style>
</head>
<body>
<header>
  <h1>The network of this cluster</h1>
  <label class="soft">Namespace <select id="namespace"><option value="">all</option></select></label>
  <span id="counts" class="soft"></span>
  <span id="state" role="status">connecting…</span>
</header>
<main id="main">
  <svg id="lines" aria-hidden="true"></svg>
  <section aria-label="Services"><h2>Services</h2><div id="services"></div></section>
  <section aria-label="Nodes and Pods"><h2>Nodes and Pods</h2><div id="nodes"></div></section>
</main>
<script id="first" type="application/json">NETWORK</script>
<script>
const $ = (id) => document.getElementById(id)
let network = null
let hot = null

function make(tag, className, ...children) {
  const element = document.createElement(tag)
  if (className) element.className = className
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ''))
  return element
}

function count(list, word) {
  return list.length + ' ' + word + (list.length === 1 ? '' : 's')
}

function isShown(each) {
  const wanted = $('namespace').value
  return wanted === '' || each.namespace === wanted
}

function serviceCard(service) {
  const { verdict } = service
  const head = make('div', '', make('span', verdict.good ? 'dot' : 'dot off'), make('span', 'name', service.name), make('span', 'soft', service.namespace), make('span', 'soft', service.type), make('span', 'mono', service.clusterIp))
  const chips = make('div', 'mono', ...service.ports.map((port) => make('span', 'chip', port)), ...service.external.map((ip) => make('span', 'chip', 'external ' + ip)))
  const said = make('div', verdict.good ? 'verdict' : 'verdict off', verdict.text, verdict.remedy ? make('div', 'soft', 'Remedy: ' + verdict.remedy) : '', verdict.command ? make('code', '', verdict.command) : '')
  const ready = service.endpoints.filter((each) => each.ready).length
  const ends = make('div', 'soft', service.endpoints.length ? ready + ' of ' + service.endpoints.length + ' endpoints ready' : service.type === 'ExternalName' ? '' : 'no endpoints')
  const card = make('article', 'card service', head, chips, ends, said)
  card.dataset.service = service.key
  card.onmouseenter = () => light({ service: service.key })
  card.onmouseleave = () => light(null)
  return card
}

function podRow(pod) {
  const finished = pod.status === 'Completed' || pod.status === 'Succeeded'
  const colour = pod.ready ? 'dot' : finished || pod.status === 'Pending' || pod.status === 'ContainerCreating' || pod.status === 'Running' ? 'dot wait' : 'dot off'
  const row = make('div', 'pod', make('span', colour), make('span', '', make('span', 'name', pod.name), ' ', make('span', 'soft', pod.namespace)), make('span', 'soft', pod.containers + ' ' + pod.status + (pod.restarts === '0' ? '' : ', restarts ' + pod.restarts)), make('span', 'mono', pod.ip))
  row.dataset.pod = pod.key
  row.onmouseenter = () => light({ pod: pod.key })
  row.onmouseleave = () => light(null)
  return row
}

function nodeCard(node, pods) {
  const head = make('div', '', make('span', node.ready ? 'dot' : 'dot off'), make('span', 'name', node.name), make('span', 'mono', node.address), make('span', 'soft', node.podCidr && 'Pods in ' + node.podCidr), node.ready ? '' : make('span', 'soft', 'not ready'))
  return make('article', 'card', head, ...(pods.length ? pods.map(podRow) : [make('div', 'empty', 'no Pods')]))
}

function draw() {
  if (!network) return
  const services = network.services.filter(isShown)
  const pods = network.pods.filter(isShown)
  const bad = services.filter((service) => !service.verdict.good).length
  $('counts').textContent = [count(network.nodes, 'node'), count(pods, 'Pod'), count(services, 'Service')].join(', ') + (bad ? ', ' + bad + ' in trouble' : '')
  $('services').replaceChildren(...(services.length ? services.map(serviceCard) : [make('div', 'empty', 'no Services')]))
  const homeless = pods.filter((pod) => !network.nodes.some((node) => node.name === pod.node))
  const cards = network.nodes.map((node) => nodeCard(node, pods.filter((pod) => pod.node === node.name)))
  if (homeless.length) cards.push(nodeCard({ name: 'without a node', address: '', podCidr: '', ready: false }, homeless))
  $('nodes').replaceChildren(...cards)
  connect()
}

function connect() {
  const svg = $('lines')
  svg.replaceChildren()
  const origin = $('main').getBoundingClientRect()
  for (const service of network.services.filter(isShown)) {
    const from = document.querySelector('[data-service="' + CSS.escape(service.key) + '"]')
    for (const endpoint of service.endpoints) {
      const to = endpoint.pod && document.querySelector('[data-pod="' + CSS.escape(endpoint.pod) + '"]')
      if (!from || !to) continue
      const a = from.getBoundingClientRect()
      const b = to.getBoundingClientRect()
      const [x1, y1, x2, y2] = [a.right - origin.left, a.top + 18 - origin.top, b.left - origin.left, b.top + b.height / 2 - origin.top]
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'path')
      line.setAttribute('d', 'M' + x1 + ' ' + y1 + ' C' + (x1 + 45) + ' ' + y1 + ' ' + (x2 - 45) + ' ' + y2 + ' ' + x2 + ' ' + y2)
      line.dataset.from = service.key
      line.dataset.to = endpoint.pod
      if (!endpoint.ready) line.classList.add('off')
      svg.append(line)
    }
  }
  light(hot)
}

function light(what) {
  hot = what
  $('lines').classList.toggle('hot', what !== null)
  for (const each of document.querySelectorAll('.on')) each.classList.remove('on')
  if (!what) return
  for (const line of $('lines').children) {
    if (line.dataset.from !== what.service && line.dataset.to !== what.pod) continue
    line.classList.add('on')
    const other = what.service ? '[data-pod="' + CSS.escape(line.dataset.to) + '"]' : '[data-service="' + CSS.escape(line.dataset.from) + '"]'
    document.querySelector(other)?.classList.add('on')
  }
}

function namespaces() {
  const select = $('namespace')
  const chosen = select.value
  const names = [...new Set([...network.pods, ...network.services].map((each) => each.namespace))].sort()
  select.replaceChildren(new Option('all', ''), ...names.map((name) => new Option(name, name)))
  select.value = names.includes(chosen) ? chosen : ''
}

$('namespace').onchange = draw
addEventListener('resize', () => network && connect())
function show(text) {
  network = JSON.parse(text)
  $('state').textContent = 'as of ' + network.time.slice(11, 19) + ' UTC, cluster time'
  namespaces()
  draw()
}
show($('first').textContent)
const source = new EventSource('events')
source.onmessage = (event) => show(event.data)
source.onerror = () => { $('state').textContent = 'kubesim is gone; waiting for it' }
</script>
</body>
</html>
`
