// kubectl cp: files between here and a container, as tar would carry them. Upstream: kubectl/pkg/cmd/cp/cp.go.

import fs from 'node:fs'
import path from 'node:path'
import type { Container, Pod } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import { MOST_INPUT, readBounded, tooLarge } from '../cli/read-file'
import { resourceNamed } from '../cli/resource-args'
import type { Cluster } from '../cluster'
import { CommandError, PlainFailure } from '../errors'
import { textOfBytes } from '../lib/byte-text'
import { goReason } from '../lib/os-errors'
import { containerUser } from '../runtime/container-user'
import { containerRecord } from '../runtime/containers'
import { type ContainerFiles, containerFiles, FileError } from '../runtime/files'
import { imageOf } from '../runtime/images/index'
import { leadingPart, removingLeading } from '../runtime/shell/commands/archive-format'
import { checked } from '../runtime/shell/user-files'
import { joinPath, normalPath } from '../runtime/tree'
import type { World } from '../runtime/world'
import { execFailure } from './exec'
import { containerOrDefault, isCompleted, requireKubelet, requireRunning } from './pod-container'

interface Spec {
  pod: string
  namespace: string
  file: string
}

const FORMAT = 'filespec must match the canonical format: [[namespace/]pod:]file/path'

function parseSpec(text: string): Spec {
  const at = text.indexOf(':')
  if (at === 0) throw new CommandError(FORMAT)
  if (at < 0) return { pod: '', namespace: '', file: withoutSlash(text) }
  const pieces = text.slice(0, at).split('/')
  const file = withoutSlash(text.slice(at + 1)).replaceAll('\\', '/')
  if (pieces.length > 2) throw new CommandError(FORMAT)
  return pieces.length === 1 ? { pod: pieces[0], namespace: '', file } : { pod: pieces[1], namespace: pieces[0], file }
}

function withoutSlash(text: string): string {
  return text !== '/' && text.endsWith('/') ? text.slice(0, -1) : text
}

function cp(context: CommandContext): void {
  const { args } = context
  if (args.length !== 2) throw new CommandError('source and destination are required')
  const [from, to] = args.map(parseSpec)
  if (from.pod && to.pod) throw new CommandError('one of src or dest must be a local file specification')
  if (!from.file || !to.file) throw new CommandError('filepath can not be empty')
  if (from.pod) copyOut(context, from, to)
  else if (to.pod) copyIn(context, from, to)
  else throw new CommandError('one of src or dest must be a remote file specification')
}

function requirePod(context: CommandContext, cluster: Cluster, spec: Spec): void {
  const { server } = cluster
  const pods = resourceNamed(server.discovery, 'pods')
  const namespace = spec.namespace || context.namespace
  server.get(pods, namespace, spec.pod)
  server.authorize('create', pods, namespace, spec.pod, 'exec')
}

/** The files of the container a spec means, and where its relative paths begin. */
function remote(
  context: CommandContext,
  world: World,
  spec: Spec,
  say: (text: string) => void,
): { files: ContainerFiles; at: (file: string) => string; pod: Pod; gnu: boolean } {
  const namespace = spec.namespace || context.namespace
  const pod = world.view.get<Pod>('pods', namespace, spec.pod)!
  if (isCompleted(pod)) throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${pod.status.phase}`)
  const container: Container = containerOrDefault(pod, context.flags.string('container'), say)
  requireKubelet(world, pod)
  requireRunning(pod, container)
  requireTar(world, pod, container)
  const record = containerRecord(world, pod.metadata.uid, container.name)!
  const image = imageOf(container.image, world.records)
  const files = containerFiles(world, pod, container, record)
  const { uid, gid, supplementalGroups } = containerUser(world, pod, container)
  const own = { uid, groups: [gid, ...supplementalGroups] }
  return {
    gnu: 'image' in image && image.image.userland === 'debian',
    files: own.uid === 0 || ('image' in image && image.image.user !== undefined) ? files : checked(files, own),
    at: (file) => normalPath(file.startsWith('/') ? file : `${record.workingDir}/${file}`),
    pod,
  }
}

/** cp runs tar in the container: an image without commands has none. */
function requireTar(world: World, pod: Pod, container: Container): void {
  const image = imageOf(container.image, world.records)
  if (!('missing' in image) && (image.image.userland ?? 'none') !== 'none') return
  throw execFailure(pod, container, 'exec: "tar": executable file not found in $PATH')
}

// ---------------------------------------------------------------- into a container

interface Entry {
  /** Relative to the directory it is unpacked in. */
  name: string
  directory?: boolean
  link?: string
  bytes?: Buffer
  mode: number
}

function copyIn(context: CommandContext, from: Spec, to: Spec): void {
  const source = path.resolve(context.host.cwd, from.file)
  if (!fs.existsSync(source)) throw new CommandError(`${from.file} doesn't exist in local filesystem`)
  context.cluster.read((cluster) => requirePod(context, cluster, to))
  context.cluster.write(({ world }) => {
    const { files, at, gnu } = remote(context, world, to, (text) => context.err(text))
    const target = files.isDirectory(at(to.file)) ? joinPath(at(to.file), path.basename(source)) : at(to.file)
    const directory = path.posix.dirname(target)
    if (!files.isDirectory(directory))
      throw tarFailure(context, `tar: can't change directory to '${path.posix.dirname(to.file)}': No such file or directory`, 1)
    for (const entry of collect(source, path.posix.basename(target)))
      unpack(context, { files, gnu }, joinPath(directory, entry.name), entry)
  })
}

function tarFailure(context: CommandContext, message: string, code: number): PlainFailure {
  context.err(`${message}\n`)
  return new PlainFailure(`command terminated with exit code ${code}`, code)
}

/** What is under a local path, named from `name` on. All of it together has the bound that one input has. */
function collect(source: string, name: string, taken = { bytes: 0 }): Entry[] {
  const stat = fs.lstatSync(source)
  const mode = stat.mode & 0o7777
  if (stat.isSymbolicLink()) return [{ name, link: fs.readlinkSync(source), mode }]
  // tar would wait for a pipe's other end, and never come to a device's.
  if (!stat.isFile() && !stat.isDirectory()) throw new CommandError(`${source} is not a regular file`)
  if (!stat.isDirectory()) {
    taken.bytes += stat.size
    if (taken.bytes > MOST_INPUT) throw new CommandError(`${source}: with the files before it ${tooLarge().message}`)
    return [{ name, bytes: local(() => readBounded(source)), mode }]
  }
  const children = local(() => fs.readdirSync(source)).sort()
  if (children.length === 0) return [{ name, directory: true, mode }]
  return children.flatMap((child) => collect(path.join(source, child), `${name}/${child}`, taken))
}

function unpack(context: CommandContext, { files, gnu }: { files: ContainerFiles; gnu: boolean }, target: string, entry: Entry): void {
  try {
    files.makeDirectory(path.posix.dirname(target))
    if (entry.directory) files.makeDirectory(target)
    else if (entry.link !== undefined) {
      if (files.stat(target)) files.remove(target)
      files.link(target, entry.link)
    } else files.write(target, textOfBytes(entry.bytes!), context.flags.bool('no-preserve') ? 0o644 : entry.mode)
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    if (!gnu) throw tarFailure(context, `tar: can't open '${entry.name}': ${error.message}`, 1)
    context.err(`tar: ${entry.name}: Cannot open: ${error.message}\n`)
    throw tarFailure(context, 'tar: Exiting with failure status due to previous errors', 2)
  }
}

// ---------------------------------------------------------------- out of a container

function copyOut(context: CommandContext, from: Spec, to: Spec): void {
  const target = path.resolve(context.host.cwd, to.file)
  context.cluster.read((cluster) => {
    requirePod(context, cluster, from)
    const { world } = cluster
    const { files, at, pod, gnu } = remote(context, world, from, (text) => context.out(text))
    const source = at(from.file)
    const leading = leadingPart(from.file)
    // BusyBox looks for the file first.
    if (leading && (gnu || files.stat(source))) context.out(removingLeading(leading, gnu))
    const missing = (name: string) => context.out(`tar: ${name}: ${gnu ? 'Cannot stat: ' : ''}No such file or directory\n`)
    const failed = gnu ? 'tar: Exiting with failure status due to previous errors\n' : 'tar: error exit delayed from previous errors\n'
    // Upstream is done when the archive is, and does not wait for how tar ended.
    if (!files.stat(source)) {
      missing(from.file)
      context.out(failed)
      return
    }
    const shownPath = (localPath: string) => path.join(to.file, path.relative(target, localPath))
    let warned = false
    function take(remotePath: string, localPath: string): void {
      if (outside(target, localPath)) {
        context.err(`warning: file ${JSON.stringify(localPath)} is outside target destination, skipping\n`)
        return
      }
      const stat = files.stat(remotePath)
      if (!stat) {
        missing(remotePath)
        return
      }
      if (stat.type === 'link') {
        const shown = shownPath(localPath)
        const hint = warned
          ? ''
          : ` (consider using "kubectl exec -n ${JSON.stringify(from.namespace)} ${JSON.stringify(pod.metadata.name)} -- tar cf - ${JSON.stringify(from.file)} | tar xf -")`
        context.err(`warning: skipping symlink: ${JSON.stringify(shown)} -> ${JSON.stringify(stat.target)}${hint}\n`)
        warned = true
        return
      }
      if (stat.type === 'directory') {
        local(() => fs.mkdirSync(localPath, { recursive: true }), shownPath)
        for (const name of files.list(remotePath) ?? []) take(joinPath(remotePath, name), path.join(localPath, name))
        return
      }
      local(() => {
        fs.mkdirSync(path.dirname(localPath), { recursive: true })
        fs.writeFileSync(localPath, files.readBytes(remotePath) ?? Buffer.alloc(0))
      }, shownPath)
    }
    take(source, target)
  })
}

/** A name from a container must not lead out of where the user wants the files. */
function outside(base: string, target: string): boolean {
  const relative = path.relative(base, target)
  return relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative)
}

/** `shown` gives a path as the user wrote it. */
function local<T>(operation: () => T, shown: (path: string) => string = (file) => file): T {
  try {
    return operation()
  } catch (error) {
    const { syscall, path: file } = error as NodeJS.ErrnoException
    throw new CommandError(`${syscall ?? 'open'} ${file === undefined ? '' : shown(file)}: ${goReason(error)}`)
  }
}

export const command: Command = { run: cp }
