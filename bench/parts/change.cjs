// Goals 3 and 6: what a command costs in a large state, beside a state of ten Pods; what the state file takes.
const { anyPod, compared, fleetState } = require('../lib.cjs')
const fs = require('node:fs')

const COMMANDS = {
  'get svc X': { line: () => 'get svc app-0', goal: 2 },
  'label pod X': { line: (round, pod) => `label pod ${pod} round=r${round + 1} --overwrite`, goal: 2 },
  'get pod X -o yaml': { line: (_, pod) => `get pod ${pod} -o yaml`, goal: 2 },
  'delete pod X': { line: (round, _, pods) => `delete pod ${pods[round + 1]} --now`, goal: 2 },
  'get pods -l app=X': { line: () => 'get pods -l app=app-0', goal: 2.5 },
  'get pods': { line: () => 'get pods', goal: 4 },
}

module.exports = function change({ subjects, rounds, row, pods }) {
  for (const [who, subject] of Object.entries(subjects)) {
    const tasks = {}
    for (const size of [10, pods]) {
      const { name } = fleetState(subject, size)
      const names = subject
        .run(name, 'get pods -o name')
        .stdout.split('\n')
        .map((n) => n.replace('pod/', ''))
      const pod = anyPod(subject, name)
      const others = names.filter((n) => n && n !== pod)
      for (const [command, { line }] of Object.entries(COMMANDS))
        tasks[`${command} ${size}`] = (round) => subject.run(name, line(round, pod, others)).ms
    }
    const few = Math.min(rounds, 7) // no more deletions than there are Pods in the small state
    const times = compared(tasks, few)
    for (const [command, { goal }] of Object.entries(COMMANDS))
      row(
        `3 ${command}, ${pods} Pods`,
        'times the same with ten Pods',
        goal,
        () => times[`${command} ${pods}`] / times[`${command} 10`],
        who,
      )
    stateFile(subject, who, pods, row)
  }
}

function stateFile(subject, who, pods, row) {
  const { name } = fleetState(subject, pods)
  subject.run('empty', 'get nodes', { KUBESIM_NODES: '100' })
  const all = fs.readFileSync(subject.file(name), 'latin1').split('\n')
  // What a Pod brings with it; Services, their rules, endpoints and addresses are apart.
  const mine = all.filter((l) => /^"(pods|events|~pods|~containers|~events|~pod-ips|~owned|~logs|~unbound|replicasets\.apps)\//.test(l))
  const before = fs
    .readFileSync(subject.file('empty'), 'latin1')
    .split('\n')
    .filter((l) => /^"(pods|events|~pods|~containers|~events|~pod-ips|~owned|~logs)\//.test(l))
  const bytes = (lines) => lines.reduce((sum, l) => sum + l.length + 1, 0)
  row('6 state file, a running Pod', 'KB', 3, () => (bytes(mine) - bytes(before)) / pods / 1000, who)
  row('6 state file, all of it', 'KB a Pod', undefined, () => subject.size(name) / pods / 1000, who)
  subject.run(name, 'label svc app-1 app=app-1 --overwrite')
  const stamp = () => fs.statSync(subject.file(name)).mtimeMs
  const was = stamp()
  for (const line of ['get pods -l app=app-1', 'label svc app-1 app=app-1 --overwrite', 'get nodes'])
    try {
      subject.run(name, line)
    } catch {
      // A label that is there already ends with its own words.
    }
  row('6 rewritten though nothing changed', 'times', 0, () => (stamp() === was ? 0 : 1), who)
  const content = fs.readFileSync(subject.file(name))
  const write = (flush) => {
    const started = process.hrtime.bigint()
    const fd = fs.openSync(subject.file('copy'), 'w')
    fs.writeSync(fd, content)
    if (flush) fs.fsyncSync(fd)
    fs.closeSync(fd)
    return Number(process.hrtime.bigint() - started) / 1e6
  }
  const times = compared({ flushed: () => write(true), plain: () => write(false) }, 5)
  row('6 writing the file with a flush', 'times without', undefined, () => times.flushed / times.plain, who)
}
