// Goal 7: many processes at once on one state, beside one that does the same in turn.
const { once } = require('node:events')

module.exports = async function many({ subjects, row, quick }) {
  const [processes, objects] = quick ? [10, 5] : [50, 20]
  for (const [who, subject] of Object.entries(subjects)) {
    subject.run('many', 'get nodes')
    const inTurn = Math.min(100, processes * objects)
    let started = process.hrtime.bigint()
    for (let i = 0; i < inTurn; i++) subject.run('many', `create configmap turn-${i}`)
    const each = Number(process.hrtime.bigint() - started) / inTurn

    started = process.hrtime.bigint()
    await Promise.all(
      Array.from({ length: processes }, async (_, p) => {
        for (let i = 0; i < objects; i++) {
          const [code] = await once(subject.start('many', `create configmap many-${p}-${i}`), 'exit')
          if (code !== 0) throw new Error(`one of many ended with ${code}`)
        }
      }),
    )
    const all = Number(process.hrtime.bigint() - started)
    const there = subject
      .run('many', 'get configmaps -o name')
      .stdout.split('\n')
      .filter((n) => n.startsWith('configmap/many-')).length
    row(`7 ${processes} processes, ${objects} objects each`, `objects there of ${processes * objects}`, undefined, () => there, who)
    row(
      `7 ${processes} processes, ${objects} objects each`,
      'of the throughput in turn (at least)',
      -0.5,
      () => (each * processes * objects) / all,
      who,
    )
  }
}
