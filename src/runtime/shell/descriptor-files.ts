// The paths of a process's open descriptors, /dev/stdin and /dev/fd/63, among its container's files.
import type { Files } from '../process'
import type { Machine } from './machine'
import type { ShellProcess } from './state'
import { filesOfUser } from './user-files'

/** The container's files as a command of this process sees them; `stdin` reads standard input to its end. */
export function withDescriptors(machine: Machine, process: ShellProcess, stdin: () => string): Files {
  const files = filesOfUser(machine)
  const own = (path: string) => {
    const fd = descriptorOf(path)
    return fd !== undefined && process.fds[fd] !== undefined ? fd : undefined
  }
  const special = new Map<string, unknown>(
    Object.entries({
      read(path: string) {
        const fd = own(path)
        if (fd === undefined) return files.read(path)
        return fd === 0 ? stdin() : machine.read(process, fd).text
      },
      write(path: string, content: string, mode?: number) {
        const fd = own(path)
        if (fd === undefined) files.write(path, content, mode)
        else machine.write(process, fd, content)
      },
      append(path: string, content: string) {
        const fd = own(path)
        if (fd === undefined) files.append(path, content)
        else machine.write(process, fd, content)
      },
      exists: (path: string) => own(path) !== undefined || files.exists(path),
      stat(path: string) {
        // /dev/stdout is a link to the descriptor, which is one to what is behind it.
        return own(path) === undefined || path.startsWith('/dev/std')
          ? files.stat(path)
          : { type: 'link', mode: 0o777, uid: 0, gid: 0, size: 0, changedAt: machine.now, target: 'pipe:[4026]' }
      },
    }),
  )
  return new Proxy(files, {
    get(target, name) {
      if (typeof name === 'string' && special.has(name)) return special.get(name)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function descriptorOf(path: string): number | undefined {
  const named = { '/dev/stdin': 0, '/dev/stdout': 1, '/dev/stderr': 2 }[path]
  if (named !== undefined) return named
  const numbered = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)
  return numbered ? Number(numbered[1]) : undefined
}
