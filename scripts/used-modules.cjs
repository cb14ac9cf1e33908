// Runs command lines in one process and writes the numbers of the modules they evaluated to `used` beside the state file.
const fs = require('node:fs')
const path = require('node:path')
const { load } = require('../bin/kubesim')

async function run() {
  const { main, evaluated } = load([])
  for (const line of process.argv.slice(2)) {
    process.exitCode = 0
    await main(line.split(' '))
    if (process.exitCode) throw new Error(`kubesim ${line} failed while the packs were made`)
  }
  fs.writeFileSync(path.join(path.dirname(process.env.KUBESIM_STATE), 'used'), evaluated().join(' '))
}

run()
