// kubesim image: the images that containers run, and the user's own among them.

import { readManifests } from '../cli/manifests'
import type { OwnCommand, OwnContext, Program } from '../cli/own'
import { CommandError } from '../errors'
import { parseReference } from '../lib/image-reference'
import { align, TABLE } from '../lib/tabwriter'
import { toYaml } from '../lib/yaml-emit'
import { IMAGES, imageOf } from '../runtime/images/index'
import { putUserImage, userImages } from '../runtime/images/user'
import { imageSpecOf } from '../runtime/images/user-spec'

function size(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)}GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)}MB` : `${(bytes / 1e3).toFixed(0)}kB`
}

function list(context: OwnContext): void {
  const own = context.cluster.read((cluster) => userImages(cluster.server.storage.records))
  const rows = [['IMAGE', 'PORTS', 'COMMANDS', 'SIZE', 'SOURCE']]
  for (const spec of own)
    rows.push([
      spec.image,
      (spec.listen ?? []).map((l) => l.port).join(',') || '-',
      spec.userland ?? 'alpine',
      size(spec.size ?? 2e7),
      'yours',
    ])
  for (const image of IMAGES)
    rows.push([image.repositories[0], image.ports?.join(',') || '-', image.userland ?? 'none', size(image.sizeBytes), 'built in'])
  context.out(align(rows.map((r) => `${r.join('\t')}\n`).join(''), TABLE))
}

function show(context: OwnContext, name: string): void {
  const text = context.cluster.read(({ server: { storage } }) => {
    const reference = parseReference(name)
    const spec = 'error' in reference ? undefined : userImages(storage.records).find((s) => s.image === reference.familiar)
    if (spec) return toYaml(spec)
    const found = imageOf(name, storage.records)
    if ('missing' in found) throw new CommandError(found.message)
    const { image } = found
    return toYaml({
      image: found.reference.canonical,
      known: found.known,
      id: found.id,
      alsoNamed: image.repositories,
      entrypoint: image.entrypoint ?? [],
      command: image.command ?? [],
      ports: image.ports ?? [],
      environment: image.variables ?? {},
      userland: image.userland ?? 'none',
      stopSignal: image.stopSignal ?? 'SIGTERM',
      sizeBytes: image.sizeBytes,
    })
  })
  context.out(text)
}

async function add(context: OwnContext, file: string): Promise<void> {
  const { documents, failures } = await readManifests(context.host, [file], { anyMap: true })
  if (failures.length > 0) throw failures[0]
  const specs = documents.map(({ value }) => {
    try {
      const spec = imageSpecOf(value)
      const reference = parseReference(spec.image)
      if ('error' in reference) throw new Error(`image: ${reference.error}`)
      if (reference.canonical !== `${reference.canonical.split(/:(?=[^/]*$)/)[0]}:latest`)
        throw new Error('image: must be a name without a tag; list tags under `tags`')
      return { ...spec, image: reference.familiar }
    } catch (error) {
      throw new CommandError(`${file}: ${(error as Error).message}`)
    }
  })
  context.cluster.write((cluster) => {
    for (const spec of specs) putUserImage(cluster.server.storage.records, spec.image, spec)
  })
  context.out(specs.map((s) => `image/${s.image} added\n`).join(''))
}

function remove(context: OwnContext, name: string): void {
  context.cluster.write((cluster) => {
    const { records } = cluster.server.storage
    if (!userImages(records).some((s) => s.image === name))
      throw new CommandError(`there is no image of yours named ${JSON.stringify(name)}`)
    putUserImage(records, name, undefined)
  })
  context.out(`image/${name} removed\n`)
}

export const command: OwnCommand = {
  summary: 'The images that containers run: list, show, add your own',
  define(program: Program, context: OwnContext): void {
    program
      .command('list')
      .description('Every image kubesim knows')
      .action(() => list(context))
    program
      .command('show <name>')
      .description('What an image is')
      .action((name: string) => show(context, name))
    program
      .command('add <file>')
      .description('Adds images from a YAML file (- for standard input)')
      .action((file: string) => add(context, file))
    program
      .command('remove <name>')
      .description('Removes an image you added')
      .action((name: string) => remove(context, name))
  },
}
