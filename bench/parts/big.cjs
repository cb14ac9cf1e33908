// Goal 4: changes of many objects at once, as parts of the time they may take.
const { fleet, list, manifest, service } = require('../lib.cjs')

const SECONDS = { scale: 4, services: 6, rollout: 4 }

const tidy = (seconds) => Number(seconds.toFixed(3))

module.exports = function big({ subjects, row, pods }) {
  const full = pods / 10_000
  for (const [who, subject] of Object.entries(subjects)) {
    const env = { KUBESIM_NODES: '100' }
    subject.run('scale', `create -f ${manifest('one', fleet(10, 10, { services: true }))}`, env)
    subject.run('scale', 'scale rs app-0 --replicas=0')
    const scaled = subject.run('scale', `scale rs app-0 --replicas=${pods}`).ms
    row(`4 a ReplicaSet from 0 to ${pods}`, `times ${tidy(SECONDS.scale * full)} s`, 1, () => scaled / SECONDS.scale / 1000 / full, who)

    subject.run('services', `create -f ${manifest('sets', fleet(pods, 10, { services: false }))}`, env)
    const services = list(Array.from({ length: pods / 10 }, (_, i) => service(`app-${i}`)))
    const made = subject.run('services', `create -f ${manifest('services', services)}`).ms
    row(
      `4 ${pods / 10} Services over ${pods} Pods`,
      `times ${tidy(SECONDS.services * full)} s`,
      1,
      () => made / SECONDS.services / 1000 / full,
      who,
    )

    const replicas = pods / 10
    subject.run('rollout', ['create', 'deployment', 'web', '--image=nginx:1.25', `--replicas=${replicas}`], env)
    const started = process.hrtime.bigint()
    subject.run('rollout', 'set image deployment web nginx=nginx:1.26')
    subject.run('rollout', 'cluster advance 10m')
    const rolled = Number(process.hrtime.bigint() - started) / 1e6
    row(
      `4 a rolling update of ${replicas} Pods`,
      `times ${tidy(SECONDS.rollout * full)} s`,
      1,
      () => rolled / SECONDS.rollout / 1000 / full,
      who,
    )
  }
}
