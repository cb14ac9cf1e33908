// Goals 1 and 2: everyday commands and the lesson, in starts of bare Node.
const { bareNode, compared, manifest, root, service, timed } = require('../lib.cjs')
const { spawnSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')

/** Each line of a command undoes or repeats well, so that every round does the same work. */
const COMMANDS = {
  'get pods': () => 'get pods',
  'get svc X -o yaml': () => 'get svc go-demo-2-api -o yaml',
  'create -f svc.yml': (round, file) => `create -f ${file} --namespace=n${round + 1}`,
  expose: (round) => `expose rs go-demo-2-api --name=x${round + 1} --port=8080`,
  label: (round) => `label svc go-demo-2-api round=r${round + 1} --overwrite`,
  delete: (round) => `delete svc x${round + 1}`,
}

module.exports = function commands({ subjects, rounds, row }) {
  const file = manifest('svc', service('svc'))
  const tasks = { node: bareNode }
  for (const [who, subject] of Object.entries(subjects)) {
    subject.run('lesson', 'create -f manifests/go-demo-2.yml')
    for (let i = 0; i <= rounds; i++) subject.run('lesson', `create namespace n${i}`)
    for (const [name, line] of Object.entries(COMMANDS)) tasks[`${who} ${name}`] = (round) => subject.run('lesson', line(round, file)).ms
  }
  if (spawnSync('kubectl', ['version', '--client']).status === 0) tasks.kubectl = () => timed('kubectl', ['version', '--client']).ms
  const times = compared(tasks, rounds)
  for (const name of Object.keys(COMMANDS)) row(`1 ${name}`, 'times a bare Node start', 1.3, (who) => times[`${who} ${name}`] / times.node)
  if (times.kubectl) row('1 get pods', 'times `kubectl version --client`', 1, (who) => times[`${who} get pods`] / times.kubectl)

  const lesson = lessonCommands()
  const played = compared(
    {
      node: () => lesson.reduce((sum) => sum + bareNode(), 0),
      ...Object.fromEntries(
        Object.entries(subjects).map(([who, subject]) => [
          who,
          (round) => lesson.reduce((sum, line) => sum + subject.run(`lesson-${round}`, line).ms, 0),
        ]),
      ),
    },
    Math.ceil(rounds / 4),
  )
  row(`2 the lesson's ${lesson.length} commands`, 'times as many bare Node starts', 1.4, (who) => played[who] / played.node)
}

/** The lesson from an empty state to its last answer, without what waits or listens. */
function lessonCommands() {
  const dir = path.relative(root, path.join(root, 'manifests'))
  const has = (name) => fs.existsSync(path.join(root, dir, name))
  if (!has('go-demo-2-rs.yml')) throw new Error('the manifests of the lesson are missing')
  return [
    `create -f ${dir}/go-demo-2-rs.yml`,
    'get rs',
    'get pods',
    'expose rs go-demo-2 --name=go-demo-2-svc --target-port=28017 --type=NodePort',
    'describe svc go-demo-2-svc',
    'get svc go-demo-2-svc -o yaml',
    'get ep go-demo-2-svc -o yaml',
    'delete svc go-demo-2-svc',
    `create -f ${dir}/go-demo-2-svc.yml`,
    'get -f manifests/go-demo-2-svc.yml',
    `delete -f ${dir}/go-demo-2-svc.yml`,
    `delete -f ${dir}/go-demo-2-rs.yml`,
    `create -f ${dir}/go-demo-2.yml`,
    'get all',
  ]
}
