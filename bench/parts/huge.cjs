// Goal 5: 100,000 Pods and 10,000 Services. Times as parts of what they may take, and the most memory a command held.
const fs = require('node:fs')
const path = require('node:path')
const { anyPod, fleetState, scratch } = require('../lib.cjs')

const PODS = 100_000
const SECONDS = 1.5
const MOST_GB = 2

/** `one`: a command on one object, which has a goal of its own. */
const COMMANDS = [
  { line: () => 'get svc app-0', one: true },
  { line: (pod) => `get pod ${pod} -o yaml`, one: true },
  { line: (pod) => `label pod ${pod} a=b`, one: true },
  { line: (pod) => `describe pod ${pod}`, one: true },
  { line: (pod) => `trace pod/${pod} svc/app-1`, one: true },
  { line: () => 'get pods -l app=app-0' },
  { line: (pod) => `delete pod ${pod} --now` },
  { line: () => 'get pods' },
]

module.exports = function huge({ subjects, row }) {
  const hook = path.join(scratch, 'memory.cjs')
  const report = path.join(scratch, 'memory')
  fs.writeFileSync(
    hook,
    `process.once('exit', () => require('node:fs').writeFileSync(${JSON.stringify(report)}, String(process.resourceUsage().maxRSS)))`,
  )
  for (const [who, subject] of Object.entries(subjects)) {
    const { name } = fleetState(subject, PODS)
    const pod = anyPod(subject, name)
    for (const { line, one } of COMMANDS) {
      const words = line(pod)
      const what = `5 ${words.replace(pod, 'X')}, 100,000 Pods`
      const { ms } = subject.run(name, words, { NODE_OPTIONS: `--require ${hook}` })
      row(what, `times ${SECONDS} s`, one ? 1 : undefined, () => ms / 1000 / SECONDS, who)
      row(what, 'GB', MOST_GB, () => Number(fs.readFileSync(report, 'utf8')) / 1e6, who)
    }
  }
}
