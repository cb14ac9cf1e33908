// A process to be killed: `victim.cjs TAG COUNT` creates configmaps TAG-0, TAG-1, ... and says each number once it is saved.
'use strict'
const fs = require('node:fs')
const { run } = require('./program.cjs')

async function main([tag, count]) {
  for (let i = 0; i < Number(count); i++) {
    const { code, text } = await run(`create configmap ${tag}-${i}`, process.env.KUBESIM_STATE)
    if (code !== 0) {
      fs.writeSync(2, text)
      process.exit(code)
    }
    fs.writeSync(1, `${i}\n`)
  }
}

main(process.argv.slice(2))
