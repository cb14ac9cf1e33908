// What a kustomization reads: files in or below its own directory, and other directories as bases.
// Upstream: kustomize api/internal/loader/{fileloader,loadrestrictions}.go, kyaml/filesys.
import fs from 'node:fs'
import path from 'node:path'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'
import { failure, wrapped } from './failure'

/** A path's real directory, and the file's name in it unless it is a directory itself. Throws as filepath.EvalSymlinks words it. */
function cleanedAbs(given: string, cwd: string): { directory: string; file: string } {
  const absolute = path.resolve(cwd, given)
  const broken = brokenPart(absolute)
  if (broken) throw failure(`evalsymlink failure on '${given}' : ${broken}`)
  const real = fs.realpathSync(absolute)
  if (fs.statSync(real).isDirectory()) return { directory: real, file: '' }
  return { directory: path.dirname(real), file: path.basename(real) }
}

function brokenPart(absolute: string): string {
  const parts = absolute.split(path.sep).filter(Boolean)
  let sofar = path.parse(absolute).root
  for (const [i, part] of parts.entries()) {
    sofar = path.join(sofar, part)
    try {
      const isDirectory = fs.statSync(sofar).isDirectory()
      if (!isDirectory && i < parts.length - 1) return `lstat ${path.join(sofar, parts[i + 1])}: not a directory`
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      return `lstat ${sofar}: ${code === 'EACCES' ? 'permission denied' : 'no such file or directory'}`
    }
  }
  return ''
}

function confirmDirectory(given: string, cwd: string): string {
  return wrapped('must build at directory', () => {
    if (!given) throw failure('directory path cannot be empty')
    const { directory, file } = wrapped('not a valid directory', () => cleanedAbs(given, cwd))
    if (file) throw failure(`'${given}': file is not directory`)
    return directory
  })
}

function isBelow(directory: string, root: string): boolean {
  return root === path.sep || directory === root || directory.startsWith(root + path.sep)
}

const MOST_BYTES = 128 * 1024 * 1024
const REMOTE = /^(https?:\/\/|git@|ssh:\/\/|git::|[\w.-]+\.(com|org|io)[/:])/

export class Loader {
  private constructor(
    /** Absolute, free of links. */
    readonly root: string,
    private readonly restricted: boolean,
    private readonly parent?: Loader,
  ) {}

  /** `restricted`: files must be in or below the directory of the kustomization that names them. Throws CommandError. */
  static at(target: string, cwd: string, restricted: boolean): Loader {
    if (REMOTE.test(target)) throw failure(`unable to load ${JSON.stringify(target)}: kubesim works without a network`)
    return new Loader(confirmDirectory(target, cwd), restricted)
  }

  /** The loader of a base. Throws CommandError for what is no directory, and for a directory that contains one being built. */
  child(directory: string): Loader {
    if (!directory) throw failure('new root cannot be empty')
    if (REMOTE.test(directory)) throw failure(`unable to load ${JSON.stringify(directory)}: kubesim works without a network`)
    if (path.isAbsolute(directory)) throw failure(`new root '${directory}' cannot be absolute`)
    const root = confirmDirectory(path.join(this.root, directory), this.root)
    for (let loader: Loader | undefined = this; loader; loader = loader.parent) {
      if (isBelow(loader.root, root)) {
        throw failure(`cycle detected: candidate root '${root}' contains visited root '${loader.root}'`)
      }
    }
    return new Loader(root, this.restricted, this)
  }

  /** A file's bytes. Throws CommandError. */
  load(file: string): Buffer {
    if (/^https?:\/\//.test(file)) throw failure(`Get ${JSON.stringify(file)}: kubesim works without a network`)
    let full = path.isAbsolute(file) ? file : path.join(this.root, file)
    if (this.restricted) {
      const { directory, file: name } = cleanedAbs(full, this.root)
      if (!name) throw failure(`'${full}' must resolve to a file`)
      if (!isBelow(directory, this.root)) throw failure(`security; file '${full}' is not in or below '${this.root}'`)
      full = path.join(directory, name)
    }
    try {
      const stat = fs.statSync(full)
      // A device or a pipe may never end.
      if (!stat.isFile() && !stat.isDirectory()) throw failure(`'${full}' must resolve to a file`)
      if (stat.size > MOST_BYTES) throw failure(`open ${full}: larger than ${MOST_BYTES} bytes`)
      return fs.readFileSync(full)
    } catch (error) {
      if (error instanceof CommandError) throw error
      const verb = (error as NodeJS.ErrnoException).code === 'EISDIR' ? 'read' : 'open'
      throw failure(`${verb} ${full}: ${goReason(error)}`)
    }
  }
}
