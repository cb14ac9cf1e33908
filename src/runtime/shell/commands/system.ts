// Commands about the system: true, false, hostname, env, date, id, uname and their like.
import type { Command, CommandIo } from '../../process'

function hostname(io: CommandIo): number {
  const name = (io.files.read('/etc/hostname') ?? '').trim()
  const flag = io.args[0]
  if (flag === '-i' || flag === '-I') io.out(`${io.process.pod.status?.podIP ?? '127.0.0.1'}${flag === '-I' ? ' ' : ''}\n`)
  else if (flag === '-s') io.out(`${name.split('.')[0]}\n`)
  else io.out(`${name}\n`)
  return 0
}

function env(io: CommandIo): number {
  for (const [name, value] of Object.entries(io.variables)) io.out(`${name}=${value}\n`)
  return 0
}

function cat(io: CommandIo): number {
  let code = 0
  const names = io.args.filter((a) => a === '-' || !a.startsWith('-'))
  for (const name of names.length > 0 ? names : ['-']) {
    const text = name === '-' ? io.stdin : io.files.read(io.path(name))
    if (text !== undefined) io.out(text)
    else {
      const why = io.files.isDirectory(io.path(name)) ? 'read error: Is a directory' : "can't open"
      io.err(why === "can't open" ? `cat: can't open '${name}': No such file or directory\n` : `cat: ${why}\n`)
      code = 1
    }
  }
  return code
}

function sleep(io: CommandIo, state?: unknown): ReturnType<Command> {
  if (state !== undefined) return 0
  let ms = 0
  for (const arg of io.args) {
    const parts = /^(\d+(?:\.\d*)?|\.\d+)([smhd]?)$/.exec(arg)
    if (arg === 'infinity' || arg === 'inf') return { state: {} }
    if (!parts) {
      io.err(`sleep: invalid number '${arg}'\n`)
      return 1
    }
    ms += Number(parts[1]) * { '': 1000, s: 1000, m: 60000, h: 3600000, d: 86400000 }[parts[2] as '' | 's' | 'm' | 'h' | 'd']
  }
  return { state: {}, wakeAt: io.process.env.now() + ms }
}

export const SYSTEM: Record<string, Command> = {
  true: () => 0,
  false: () => 1,
  hostname,
  env,
  printenv: env,
  cat,
  sleep,
}
