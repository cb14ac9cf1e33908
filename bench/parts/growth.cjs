// How cost grows with the number of Pods: a table, and a plot as SVG.
const fs = require('node:fs')
const path = require('node:path')
const { anyPod, bareNode, compared, fleetState } = require('../lib.cjs')

const COMMANDS = {
  'get svc X': () => 'get svc app-0',
  'get pod X -o yaml': (_, pod) => `get pod ${pod} -o yaml`,
  'get pods -l app=X': () => 'get pods -l app=app-0',
  'label pod X': (round, pod) => `label pod ${pod} round=r${round + 1} --overwrite`,
  'delete pod X': (round, _, others) => `delete pod ${others[round + 1]} --now`,
  'get pods': () => 'get pods',
}

module.exports = function growth({ subjects: { now: subject }, sizes, svg }) {
  const table = []
  for (const pods of sizes) {
    const { name, made } = fleetState(subject, pods)
    const pod = anyPod(subject, name)
    const others = subject
      .run(name, 'get pods -o name')
      .stdout.split('\n')
      .map((n) => n.replace('pod/', ''))
      .filter((n) => n && n !== pod)
    const tasks = { node: bareNode }
    for (const [command, line] of Object.entries(COMMANDS)) tasks[command] = (round) => subject.run(name, line(round, pod, others)).ms
    const times = compared(tasks, 5)
    const ratios = Object.fromEntries(Object.keys(COMMANDS).map((command) => [command, times[command] / times.node]))
    table.push({ pods, ...ratios, 'create all': made / times.node, 'state file, MB': subject.size(name) / 1e6 })
  }
  if (svg) fs.writeFileSync(path.resolve(svg), plot(table))
  return table
}

const COLOURS = ['#1b6ca8', '#2a9d8f', '#8ab17d', '#e9c46a', '#f4a261', '#e76f51']

/** Starts of bare Node against Pods, both on logarithmic scales. */
function plot(table) {
  const [width, height, left, right, top, bottom] = [760, 420, 60, 170, 20, 50]
  const most = Math.max(...table.flatMap((row) => Object.keys(COMMANDS).map((c) => row[c])))
  const decades = Math.max(1, Math.ceil(Math.log10(most)))
  const [first, last] = [table[0].pods, table.at(-1).pods]
  const x = (pods) => left + (Math.log10(pods / first) / Math.max(1e-9, Math.log10(last / first))) * (width - left - right)
  const y = (ratio) => height - bottom - (Math.log10(Math.max(1, ratio)) / decades) * (height - top - bottom)
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
  ]
  for (let d = 0; d <= decades; d++) {
    const at = y(10 ** d)
    out.push(`<line x1="${left}" y1="${at}" x2="${width - right}" y2="${at}" stroke="#ddd"/>`)
    out.push(`<text x="${left - 8}" y="${at + 4}" text-anchor="end">${10 ** d}</text>`)
  }
  for (const { pods } of table)
    out.push(`<text x="${x(pods)}" y="${height - bottom + 18}" text-anchor="middle">${pods.toLocaleString('en')}</text>`)
  out.push(`<text x="${(left + width - right) / 2}" y="${height - 10}" text-anchor="middle">Pods in the state</text>`)
  out.push(`<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle">starts of bare Node</text>`)
  for (const [i, command] of Object.keys(COMMANDS).entries()) {
    const points = table.map((row) => `${x(row.pods).toFixed(1)},${y(row[command]).toFixed(1)}`)
    out.push(`<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS[i]}" stroke-width="2"/>`)
    out.push(`<rect x="${width - right + 16}" y="${top + 20 * i}" width="12" height="12" fill="${COLOURS[i]}"/>`)
    out.push(`<text x="${width - right + 34}" y="${top + 20 * i + 10}">${command}</text>`)
  }
  return `${out.join('\n')}\n</svg>\n`
}
