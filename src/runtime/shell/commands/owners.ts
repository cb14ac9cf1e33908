// Whose files and processes are: numbers, and the names that the container's /etc/passwd and /etc/group have for them.
import type { CommandIo } from '../../process'

/** The name of a number in one of the two files; undefined when it has none. */
export function nameOfId(io: Pick<CommandIo, 'files'>, file: '/etc/passwd' | '/etc/group', id: number): string | undefined {
  const line = (io.files.read(file) ?? '').split('\n').find((l) => l.split(':')[2] === String(id))
  return line?.split(':')[0]
}

/** The number behind a name, or a number as it is; undefined for an unknown name. */
export function idOfName(io: Pick<CommandIo, 'files'>, file: '/etc/passwd' | '/etc/group', name: string): number | undefined {
  if (/^\d+$/.test(name)) return Number(name)
  const line = (io.files.read(file) ?? '').split('\n').find((l) => l.split(':')[0] === name)
  return line === undefined ? undefined : Number(line.split(':')[2])
}

/** User and group as ls shows them; each name is looked up once. */
export function ownerNames(io: Pick<CommandIo, 'files'>, numeric: boolean): (stat: { uid: number; gid: number }) => [string, string] {
  const known = new Map<string, string>()
  const nameOf = (file: '/etc/passwd' | '/etc/group', id: number) => {
    const key = `${file}${id}`
    const name = known.get(key) ?? (numeric ? undefined : nameOfId(io, file, id)) ?? String(id)
    known.set(key, name)
    return name
  }
  return ({ uid, gid }) => [nameOf('/etc/passwd', uid), nameOf('/etc/group', gid)]
}
