// Faults in file operations, for a process that loads this first (`node -r`). $KUBESIM_INJECT is `LOG` or `N:FAULT`: the N-th operation
// (from 1) that changes something under $KUBESIM_INJECT_DIR dies before, half way or after it, or fails with an error code.
'use strict'
const fs = require('node:fs')
const path = require('node:path')

const OPERATIONS = [
  'chmodSync',
  'closeSync',
  'fchmodSync',
  'fsyncSync',
  'futimesSync',
  'mkdirSync',
  'openSync',
  'renameSync',
  'rmdirSync',
  'rmSync',
  'symlinkSync',
  'unlinkSync',
  'writeFileSync',
  'writeSync',
  'writevSync',
]

const READS = ['fstatSync', 'lstatSync', 'readFileSync', 'readdirSync', 'readlinkSync', 'readSync', 'realpathSync', 'statSync']

/** Patches `fs`; `fault(number, operation)` says what happens to each operation: undefined, `die-…` or an error code. Answers what undoes it. `reads`: what only looks counts, too. */
function inject(dir, fault, die = () => process.kill(process.pid, 'SIGKILL'), reads = false) {
  const descriptors = new Set()
  const originals = new Map((reads ? [...OPERATIONS, ...READS] : OPERATIONS).map((name) => [name, fs[name]]))
  let count = 0
  let inside = false

  /** Whether the operation changes something in the directory. */
  function concerns(name, args) {
    if (name === 'openSync' && !reads) return isUnder(args[0]) && typeof args[1] === 'string' && /[wax+]/.test(args[1])
    if (name === 'closeSync') return descriptors.has(args[0])
    if (typeof args[0] === 'number') return descriptors.has(args[0])
    return isUnder(name === 'symlinkSync' ? args[1] : args[0])
  }
  function isUnder(file) {
    const relative = path.relative(dir, String(file))
    return !relative.startsWith('..') && !path.isAbsolute(relative)
  }

  for (const [name, original] of originals) {
    fs[name] = (...args) => {
      if (inside || !concerns(name, args)) return original.apply(fs, args)
      inside = true
      try {
        const what = fault(++count, name)
        if (what === 'die-before') die()
        else if (what === 'die-half' && name === 'writevSync') {
          const whole = Buffer.concat(args[1])
          originals.get('writeSync').call(fs, args[0], whole, 0, whole.length >> 1)
          die()
        } else if (what && !what.startsWith('die')) {
          // A full disk takes a part of what it is given.
          if (what === 'ENOSPC' && name === 'writevSync') originals.get('writeSync').call(fs, args[0], args[1][0], 0, 1)
          if (name === 'closeSync') original.apply(fs, args)
          throw Object.assign(new Error(`${what}: injected, ${name}`), { code: what, syscall: name.replace('Sync', '') })
        }
        const result = original.apply(fs, args)
        if (name === 'openSync') descriptors.add(result)
        if (name === 'closeSync') descriptors.delete(args[0])
        if (what?.startsWith('die')) die()
        return result
      } finally {
        inside = false
      }
    }
  }
  return () => {
    for (const [name, original] of originals) fs[name] = original
  }
}

module.exports = { inject }

const { KUBESIM_INJECT: order, KUBESIM_INJECT_DIR: dir } = process.env
if (order && dir) {
  const [number, what] = order.split(':')
  inject(dir, (count, name) => {
    if (order === 'LOG') process.stderr.write(`op ${count} ${name}\n`)
    return count === Number(number) ? what : undefined
  })
}
