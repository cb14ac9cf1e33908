// The built program run in this process: one command line against a state file, and what it printed.
'use strict'
const { load } = require('../../bin/kubesim')

let program

/** `line` is split at blanks. Answers the exit code and stdout followed by stderr. */
async function run(line, state) {
  program ??= load([])
  const text = []
  const host = {
    variables: { KUBESIM_STATE: state, KUBESIM_NODES: '1', HOME: '/nonexistent' },
    cwd: '/',
    programName: 'kubectl',
    pid: process.pid,
    wallClock: Date.now,
    onInterrupt: () => {},
    surviveHangUp: () => {},
    streams: {
      out: (part) => text.push(part),
      err: (part) => text.push(part),
      readInput: async () => '',
      stdin: process.stdin,
      stdout: process.stdout,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
    },
  }
  const code = await program.run(line.split(' '), host)
  return { code, text: text.join('') }
}

module.exports = { run }
