// Whose files are, and what may be done with them: chmod, chown, chgrp.
import type { Command } from '../../process'
import { joinPath } from '../../tree'
import { attempt, base, isGnu, parseFlags } from './errors'
import { idOfName } from './owners'

/** The mode that `644`, `+x` or `u+rw,go-w` gives. */
function changedMode(mode: number, spec: string): number | undefined {
  if (/^[0-7]{3,4}$/.test(spec)) return Number.parseInt(spec, 8)
  let out = mode
  for (const part of spec.split(',')) {
    const parts = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(part)
    if (!parts) return undefined
    let bits = 0
    for (const c of parts[3]) bits |= { r: 4, w: 2, x: 1, X: 1 }[c as 'r'] ?? 0
    const who = parts[1] === '' || parts[1].includes('a') ? 'ugo' : parts[1]
    for (const w of who) {
      const shift = { u: 6, g: 3, o: 0 }[w as 'u']
      const mask = bits << shift
      out = parts[2] === '+' ? out | mask : parts[2] === '-' ? out & ~mask : (out & ~(7 << shift)) | mask
    }
  }
  return out
}

const chmod: Command = (io) => {
  const args = io.args.filter((a) => !/^-[Rvcf]+$/.test(a))
  const [spec, ...names] = args
  const deep = io.args.some((a) => /^-\w*R/.test(a))
  let status = 0
  function change(path: string, name: string): void {
    const stat = io.files.stat(path)
    const mode = stat && changedMode(stat.mode, spec)
    if (mode === undefined) {
      const gnu = isGnu(io)
      if (!stat) io.err(`chmod: ${gnu ? `cannot access '${name}'` : name}: No such file or directory\n`)
      else io.err(gnu ? `chmod: invalid mode: '${spec}'\nTry 'chmod --help' for more information.\n` : `chmod: invalid mode '${spec}'\n`)
      status = 1
      return
    }
    if (
      !attempt(
        io,
        (why) => `${name}: ${why}`,
        () => io.files.setMode(path, mode),
      )
    )
      status = 1
    if (deep && stat!.type === 'directory') for (const n of io.files.list(path) ?? []) change(joinPath(path, n), `${name}/${n}`)
  }
  for (const name of names) change(io.path(name), name)
  return status
}

const chown: Command = (io) => {
  const { rest, flags } = parseFlags(io)
  const [owner = '', ...names] = rest
  const group = base(io) === 'chgrp'
  const [user, main = ''] = group ? ['', owner] : owner.split(/[:.]/)
  const uid = user === '' ? undefined : idOfName(io, '/etc/passwd', user)
  const gid = main === '' ? undefined : idOfName(io, '/etc/group', main)
  const unknown =
    user !== '' && uid === undefined
      ? `user${isGnu(io) ? `: '${owner}'` : ` ${user}`}`
      : main !== '' && gid === undefined
        ? `group${isGnu(io) ? `: '${owner}'` : ` ${main}`}`
        : undefined
  if (unknown) {
    io.err(`${base(io)}: ${isGnu(io) ? 'invalid' : 'unknown'} ${unknown}\n`)
    return 1
  }
  let status = 0
  const mine = io.process.pids.uid
  const deep = flags.has('R') || flags.has('recursive')
  function change(path: string, name: string): void {
    const stat = io.files.stat(path)
    if (!stat) {
      io.err(`${base(io)}: ${isGnu(io) ? `cannot access '${name}'` : name}: No such file or directory\n`)
      status = 1
      return
    }
    const refused = stat.readOnly ? 'Read-only file system' : mine === 0 ? undefined : 'Operation not permitted'
    if (refused) {
      io.err(`${base(io)}: ${isGnu(io) ? `changing ${group ? 'group' : 'ownership'} of '${name}'` : name}: ${refused}\n`)
      status = 1
    } else if (stat.uid !== (uid ?? stat.uid) || stat.gid !== (gid ?? stat.gid)) io.files.setOwner(path, uid, gid)
    if (deep && stat.type === 'directory') for (const n of io.files.list(path) ?? []) change(joinPath(path, n), `${name}/${n}`)
  }
  for (const name of names) change(io.path(name), name)
  return status
}

export const MODES: Record<string, Command> = { chgrp: chown, chmod, chown }
