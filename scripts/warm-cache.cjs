// Runs everyday commands in one process, then keeps V8's code cache of the bundle.
const fs = require('node:fs')
const path = require('node:path')
const { load, keepCache } = require('../bin/load.cjs')

const bundle = path.join(__dirname, '..', 'dist', 'kubesim.js')
fs.rmSync(`${bundle}.cache`, { force: true })
const { exports: program, script } = load()

const LESSON = 'manifests/go-demo-2.yml'
const COMMANDS = [
  'get nodes',
  `create -f ${LESSON}`,
  'get all',
  'get pods -o wide',
  'get svc kubernetes -o yaml',
  'get ep -o json',
  'get pods -o name',
  'get pods -l type=api -o jsonpath={.items[*].metadata.name}',
  'expose rs go-demo-2-api --name=extra --type=NodePort',
  'label pod -l type=api a=b',
  'scale rs go-demo-2-api --replicas=2',
  'describe svc go-demo-2-api',
  'describe pods',
  'apply -f manifests/go-demo-2-api-svc.yml',
  `delete -f ${LESSON}`,
]

async function warm() {
  for (const line of COMMANDS) await program.main(line.split(' '))
  process.exitCode = 0
  keepCache(script)
}

warm()
