// kubectl set image: new images for containers. Upstream: kubectl/pkg/cmd/set/set_image.go.
import type { Container } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import {
  ALL_AND_SELECTOR,
  LOCAL_AND_SERVER,
  mapContainers,
  NO_RESOURCES,
  refuseAll,
  setOnObjects,
  splitPairs,
  withPodSpec,
} from '../cli/set-objects'
import { CommandError } from '../errors'

/** Container names and their images. Throws CommandError. */
function parseImages(pairs: string[]): Map<string, string> {
  const wrong = pairs.filter((pair) => !pair.includes('='))
  if (wrong.length) throw new CommandError(`invalid image format: ${wrong.join(', ')}`)
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

async function setImage(context: CommandContext): Promise<void> {
  const { flags } = context
  const { resources, pairs } = splitPairs(context.args, 'image')
  const images = parseImages(pairs)
  const files = flags.list('filename').length > 0 || flags.string('kustomize') !== ''
  await setOnObjects(context, {
    resources,
    outcome: 'image updated',
    failure: 'failed to patch image update to pod template: ',
    validate: () =>
      refuseAll([
        flags.bool('all') && flags.string('selector') !== '' && ALL_AND_SELECTOR,
        resources.length === 0 && !files && NO_RESOURCES,
        images.size === 0 && 'at least one image update is required',
        images.size > 1 &&
          images.has('*') &&
          'all containers are already specified by *, but saw more than one container_name=container_image pairs',
        flags.bool('local') && flags.string('dry-run') === 'server' && LOCAL_AND_SERVER,
      ]),
    change: (object, complain) =>
      withPodSpec(object, (spec) => {
        let changed = spec
        for (const [name, image] of images) {
          const fits = (container: Container) => name === '*' || container.name === name
          if (![...spec.containers, ...(spec.initContainers ?? [])].some(fits)) {
            complain(`error: unable to find container named ${JSON.stringify(name)}`)
          }
          changed = mapContainers(changed, (container) => (fits(container) ? { ...container, image } : container))
        }
        return changed
      }),
  })
}

export const command: Command = { run: setImage }
