// Goal 8: what is installed, and how long from nothing to the first answer.
const { execFileSync } = require('node:child_process')
const fs = require('node:fs')
const path = require('node:path')
const { bareNode, BASE_ENV, root, scratch, timed } = require('../lib.cjs')

module.exports = function packed({ row }) {
  const env = { ...BASE_ENV, npm_config_cache: path.join(scratch, 'npm'), npm_config_loglevel: 'silent' }
  const [{ filename, size }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', scratch], { cwd: root, env, encoding: 'utf8' }),
  )
  row('8 the package', 'MB', 1.5, () => size / 1e6, 'now')
  const prefix = path.join(scratch, 'installed')
  const node = bareNode()
  const install = timed('npm', ['install', '--global', '--offline', '--prefix', prefix, path.join(scratch, filename)], env).ms
  const first = timed(path.join(prefix, 'bin', 'kubesim'), ['get', 'nodes'], { ...env, KUBESIM_STATE: path.join(scratch, 'first.json') }).ms
  row('8 install and first command', 'bare Node starts', undefined, () => (install + first) / node, 'now')
  const natives = fs.readdirSync(prefix, { recursive: true }).filter((name) => name.endsWith('.node')).length
  row('8 native addons', 'files', 0, () => natives, 'now')
}
