// `npm run bench`: every goal of performance in one table, each figure a ratio within the run or a count; the same as JSON.
// npm run bench -- [--quick] [--only commands,change,big,huge,many,package,growth] [--before BIN] [--pods 10000] [--json FILE] [--svg FILE]
const fs = require('node:fs')
const path = require('node:path')
const { root, Subject } = require('./lib.cjs')

/** `huge` runs only when asked for: it makes 100,000 Pods. */
const PARTS = ['commands', 'change', 'big', 'many', 'package', 'growth']

function option(name) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? undefined : process.argv[at + 1]
}

async function main() {
  const quick = process.argv.includes('--quick')
  const before = option('before')
  const subjects = { now: new Subject(path.join(root, 'bin', 'kubesim')), ...(before ? { before: new Subject(path.resolve(before)) } : {}) }
  const pods = Number(option('pods') ?? (quick ? 1000 : 10_000))
  const most = Number(option('most') ?? pods)
  const rows = []
  /** `goal` is the most the figure may be, or, negative, the least. */
  function row(what, unit, goal, figure, who) {
    for (const subject of who ? [who] : Object.keys(subjects)) {
      const known = rows.find((r) => r.what === what && r.unit === unit)
      const entry = known ?? { what, unit, goal }
      entry[subject] = figure(subject)
      if (!known) rows.push(entry)
    }
  }
  const sizes = [10, 100, 1000, 10_000, 100_000].filter((n) => n <= most)
  const context = { subjects, row, quick, pods, rounds: quick ? 5 : 15, sizes, svg: option('svg') }
  let growth
  for (const part of option('only')?.split(',') ?? PARTS) {
    process.stderr.write(`${part} …\n`)
    const answer = await require(`./parts/${part}.cjs`)(context)
    if (part === 'growth') growth = answer
  }
  console.log(tableOf(rows, before !== undefined))
  if (growth) console.log(`\nIn starts of bare Node, by Pods in the state:\n\n${growthTable(growth)}`)
  const json = option('json')
  if (json) fs.writeFileSync(path.resolve(json), `${JSON.stringify({ node: process.version, rows, growth }, null, 1)}\n`)
}

function number(value) {
  if (value === undefined) return ''
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 100 ? 2 : 0)
}

function met({ goal, now }) {
  if (goal === undefined || now === undefined) return ''
  return (goal < 0 ? now >= -goal : now <= goal) ? 'yes' : 'no'
}

function tableOf(rows, withBefore) {
  const head = ['goal', ...(withBefore ? ['before'] : []), 'now', 'at most', 'met', 'unit']
  const lines = rows.map((r) => [
    r.what,
    ...(withBefore ? [number(r.before)] : []),
    number(r.now),
    r.goal === undefined ? '' : number(Math.abs(r.goal)),
    met(r),
    r.unit,
  ])
  return markdown([head, ...lines])
}

function growthTable(growth) {
  const head = Object.keys(growth[0])
  return markdown([head, ...growth.map((row) => head.map((name) => number(row[name])))])
}

function markdown([head, ...rows]) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)))
  const line = (row) => `| ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`
  return [
    line(head),
    `|${widths.map((w, i) => (i === 0 ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`,
    ...rows.map(line),
  ].join('\n')
}

main().catch((error) => {
  console.error(error.message)
  process.exitCode = 1
})
