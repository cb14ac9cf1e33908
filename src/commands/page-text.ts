// The page of `kubesim serve page` as a browser gets it: HTML, its style and its program. No other machine is asked for anything.

export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>kubesim: the network</title>
<link rel="stylesheet" href="/page.css">
<header><h1>kubesim</h1><span id="summary"></span><span id="problem" role="alert"></span></header>
<form id="ask">
  <label>from <select id="from"></select></label>
  <label>to <input id="to" size="34" placeholder="web.default:80" autocomplete="off" spellcheck="false" required></label>
  <label>over <select id="protocol"><option>tcp</option><option>udp</option><option>sctp</option><option>icmp</option></select></label>
  <button>trace</button>
  <label><input type="checkbox" id="system"> kube-system too</label>
</form>
<section id="answer" aria-live="polite" hidden></section>
<main>
  <section id="services" aria-label="Services"></section>
  <section id="nodes" aria-label="Nodes and their Pods"></section>
  <svg id="lines" aria-hidden="true"></svg>
</main>
<script src="/page.js"></script>
</html>
`

export const STYLE = `
:root { color-scheme: light dark; --line: #8886; --good: #188038; --bad: #c5221f; --blue: #1a73e8; --card: #8881; }
@media (prefers-color-scheme: dark) { :root { --good: #6dd58c; --bad: #f2b8b5; --blue: #8ab4f8; } }
* { box-sizing: border-box; }
body { font: 14px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1300px; padding: 0 16px 32px; }
header { display: flex; gap: 16px; align-items: baseline; }
h1 { font-size: 20px; margin: 12px 0; }
h2 { font-size: 13px; margin: 0 0 6px; }
#problem, .bad { color: var(--bad); }
.good { color: var(--good); }
form { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; padding-bottom: 12px; border-bottom: 1px solid var(--line); }
input, select, button { font: inherit; padding: 3px 6px; }
#answer { padding: 8px 0 12px; border-bottom: 1px solid var(--line); }
#answer ol { list-style: none; margin: 0; padding: 0; font: 12px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; }
#answer li span { display: inline-block; width: 88px; opacity: .6; }
#answer strong { display: block; margin-top: 6px; }
#answer code { font: 12px ui-monospace, monospace; overflow-wrap: anywhere; }
main { position: relative; display: grid; grid-template-columns: minmax(300px, 2fr) 5fr; gap: 90px; padding-top: 16px; }
#nodes { display: grid; grid-template-columns: repeat(auto-fill, minmax(210px, 1fr)); gap: 12px; align-items: start; align-content: start; }
.node { border: 1px solid var(--line); border-radius: 8px; padding: 8px; }
.pod, .service { display: block; width: 100%; text-align: left; background: var(--card); border: 1px solid transparent; border-radius: 6px; margin: 0 0 6px; padding: 5px 8px; color: inherit; overflow-wrap: anywhere; }
.service { cursor: pointer; }
.service[aria-pressed=true], .pod.chosen { border-color: var(--blue); }
.pod.hit { border-color: var(--good); background: #1880382e; }
small { display: block; opacity: .75; }
.dot { display: inline-block; width: 8px; height: 8px; border-radius: 50%; background: var(--bad); margin-right: 6px; }
.dot.good { background: var(--good); }
#lines { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; overflow: visible; }
#lines path { fill: none; stroke: var(--blue); stroke-width: 1.5; opacity: .7; }
#lines path.off { stroke: var(--bad); stroke-dasharray: 4 4; }
@media (max-width: 760px) { main { grid-template-columns: 1fr; gap: 16px; } #lines { display: none; } }
`

/** Everything from the cluster is put in as text, never as HTML. */
export const SCRIPT = String.raw`
'use strict'
const $ = (id) => document.getElementById(id)
let network = { nodes: [], pods: [], services: [] }
let shown = ''
let selected
let reached

function element(tag, className, ...children) {
  const made = document.createElement(tag)
  if (className) made.className = className
  made.append(...children)
  return made
}
const isShown = (key) => $('system').checked || !key.startsWith('kube-system/')
const name = (key) => (key.startsWith('default/') ? key.slice(8) : key)

function draw() {
  const services = network.services.filter((s) => isShown(s.key))
  const pods = network.pods.filter((p) => isShown(p.key))
  $('summary').textContent = services.length + ' Services, ' + pods.length + ' Pods, ' + network.nodes.length + ' nodes'
  $('services').replaceChildren(element('h2', '', 'Services'), ...services.map(serviceCard))
  const columns = network.nodes.map((n) => nodeCard(n, pods.filter((p) => p.node === n.name)))
  const unplaced = pods.filter((p) => !p.node)
  if (unplaced.length > 0) columns.push(element('div', 'node', element('h2', '', 'on no node'), ...unplaced.map(podCard)))
  $('nodes').replaceChildren(...columns)
  drawOrigins(pods)
  drawLines()
}

function serviceCard(service) {
  const card = element('button', 'service', element('b', '', name(service.key)), element('small', '', service.type + ' ' + service.address))
  card.type = 'button'
  card.setAttribute('aria-pressed', String(selected === service.key))
  for (const port of service.ports) {
    const ready = port.endpoints.filter((e) => e.ready).length
    const text = (port.name ? port.name + ' ' : '') + port.port + '/' + port.protocol + (port.nodePort ? ', node port ' + port.nodePort : '')
    const count = element('span', ready > 0 ? 'good' : 'bad', ready + ' of ' + port.endpoints.length + ' endpoints ready')
    card.append(element('small', '', text + ': ', count))
  }
  card.onclick = () => {
    selected = selected === service.key ? undefined : service.key
    reached = undefined
    const [namespace, own] = service.key.split('/')
    const port = service.ports[0]
    if (selected) $('to').value = own + '.' + namespace + (port ? ':' + port.port : '')
    if (port) $('protocol').value = port.protocol.toLowerCase()
    draw()
  }
  card.dataset.service = service.key
  return card
}

function nodeCard(node, pods) {
  const head = element('h2', '', element('span', node.ready ? 'dot good' : 'dot'), node.name + ' ' + node.ip)
  return element('div', 'node', head, element('small', '', 'Pods in ' + node.podCidr), element('br'), ...pods.map(podCard))
}

function podCard(pod) {
  const chosen = endpointsOf(selected).some((e) => e.pod === pod.key)
  const card = element('div', 'pod' + (chosen ? ' chosen' : '') + (reached === pod.key ? ' hit' : ''))
  card.append(element('span', pod.ready ? 'dot good' : 'dot'), name(pod.key))
  card.append(element('small', '', (pod.ip || 'no address') + (pod.ready ? '' : ', ' + pod.state)))
  card.title = Object.entries(pod.labels).map((l) => l.join('=')).join('\n')
  card.dataset.pod = pod.key
  return card
}

function endpointsOf(key) {
  const service = network.services.find((s) => s.key === key)
  return service ? service.ports.flatMap((p) => p.endpoints) : []
}

function drawOrigins(pods) {
  const able = pods.filter((p) => p.ip && p.state === 'Running')
  const wanted = [...able.map((p) => [p.key, name(p.key)]), ...network.nodes.map((n) => [n.name, n.name]), ['outside', 'outside']]
  const before = $('from').value
  $('from').replaceChildren(...wanted.map(([value, text]) => Object.assign(element('option', '', text), { value })))
  if (wanted.some(([value]) => value === before)) $('from').value = before
}

/** From the selected Service to each Pod behind it; a broken line to those that are not ready. */
function drawLines() {
  const svg = $('lines')
  svg.replaceChildren()
  const from = [...document.querySelectorAll('[data-service]')].find((c) => c.dataset.service === selected)
  if (!from) return
  const origin = svg.getBoundingClientRect()
  const start = from.getBoundingClientRect()
  const endpoints = endpointsOf(selected)
  const perPod = new Map(endpoints.map((e) => [e.pod, e]))
  for (const [pod, endpoint] of perPod) {
    const card = [...document.querySelectorAll('[data-pod]')].find((c) => c.dataset.pod === pod)
    if (!card) continue
    const end = card.getBoundingClientRect()
    const [x1, y1] = [start.right - origin.left, start.top + start.height / 2 - origin.top]
    const [x2, y2] = [end.left - origin.left, end.top + end.height / 2 - origin.top]
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    path.setAttribute('d', 'M' + x1 + ' ' + y1 + ' C' + (x1 + 60) + ' ' + y1 + ' ' + (x2 - 60) + ' ' + y2 + ' ' + x2 + ' ' + y2)
    if (!endpoint.ready) path.setAttribute('class', 'off')
    svg.append(path)
  }
}

function drawAnswer(found) {
  const answer = $('answer')
  answer.hidden = false
  if (found.error) {
    answer.replaceChildren(element('strong', 'bad', found.error))
    return
  }
  const hops = found.hops.filter((h) => !h.minor).map((h) => element('li', '', element('span', '', h.kind), h.text))
  const verdict = element('strong', found.verdict === 'delivered' ? 'good' : 'bad', found.summary)
  answer.replaceChildren(element('ol', '', ...hops), verdict)
  if (found.cause) {
    answer.append(element('div', '', 'cause: ' + found.cause.text), element('div', '', 'remedy: ' + found.cause.remedy))
    if (found.cause.command) answer.append(element('code', '', found.cause.command))
  }
  reached = found.container && found.container.namespace + '/' + found.container.pod
  draw()
}

$('ask').onsubmit = async (event) => {
  event.preventDefault()
  const query = new URLSearchParams({ from: $('from').value, to: $('to').value.trim(), protocol: $('protocol').value })
  try {
    drawAnswer(await (await fetch('/trace.json?' + query)).json())
  } catch (error) {
    drawAnswer({ error: String(error) })
  }
}
$('system').onchange = draw
window.onresize = drawLines

async function follow() {
  try {
    const text = await (await fetch('/network.json')).text()
    const now = JSON.parse(text)
    if (now.error) throw new Error(now.error)
    $('problem').textContent = ''
    if (text !== shown) {
      shown = text
      network = now
      draw()
    }
  } catch (error) {
    $('problem').textContent = 'the cluster does not answer: ' + error.message
  }
  setTimeout(follow, 1000)
}
follow()
`
