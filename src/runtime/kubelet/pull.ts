// Having an image on the node before a container starts: pull policies, failures and their back-off.
// Follows pkg/kubelet/images/image_manager.go.
import type { Container } from '../../api/types'
import { pullFault } from '../../faults'
import { formatDuration } from '../../lib/ages'
import { parseReference } from '../../lib/image-reference'
import { digestOf } from '../images/digest'
import { type FoundImage, imageOf } from '../images/index'
import { inBackoffSinceUpdate, nextBackoff } from './backoff'
import { emit, type Session, type WaitReason } from './state'

/** Record table `node-images`, key `node/canonical name`: what was pulled since the node came up. */
const PULLED = 'node-images'
/** Compressed bytes a registry delivers in a second, for the time an event names. */
const SPEED = 24_000_000

export type Present = { found: FoundImage } | WaitReason

const pulledKey = ({ host }: Session, { reference }: FoundImage) => `${host}/${reference.canonical.replaceAll('/', '_')}`

function wasPulled(session: Session, found: FoundImage): boolean {
  return session.records.get(PULLED, pulledKey(session, found)) !== undefined
}

function presence(session: Session, found: FoundImage): boolean {
  // The catalogue's images lie on every node, as kind or minikube have them loaded; others come from their registry first.
  return found.known || wasPulled(session, found)
}

/** An image that came from its registry goes by the digest it has there; one that was loaded by its own. */
function identified(session: Session, found: FoundImage): FoundImage {
  if (!wasPulled(session, found)) return found
  const { registry, repository, digest, canonical } = found.reference
  return { ...found, id: `${registry}/${repository}@${digest ?? `sha256:${digestOf(`manifest of ${canonical}`)}`}` }
}

/**
 * The image of a container, pulled if its policy says so. Writes the events, of the Pod itself for an image that is a volume; a failure is
 * what the container waits for.
 */
export function ensureImage(session: Session, container: Container, isVolume = false): Present {
  const { image, imagePullPolicy } = container
  const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    emit(session, type, reason, message, isVolume ? undefined : container.name)
  const fault = pullFault(session.world, session.pod, image)
  const lookup = imageOf(image, session.records, session.records.get('settings', 'pull') === 'strict')
  if ('missing' in lookup && lookup.missing === 'invalid') {
    const message = `Failed to apply default image tag "${image}": ${lookup.message}`
    tell('Warning', 'InspectFailed', message)
    return { reason: 'InvalidImageName', message }
  }
  const found = 'missing' in lookup ? undefined : lookup
  const present = found !== undefined && !fault && presence(session, found)
  if (present && imagePullPolicy !== 'Always') {
    tell('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`)
    return { found: identified(session, found) }
  }
  if (imagePullPolicy === 'Never') {
    const message = `Container image "${image}" is not present with pull policy of Never`
    tell('Warning', 'ErrImageNeverPull', message)
    return { reason: 'ErrImageNeverPull', message }
  }
  const { pulls } = session.state
  const now = session.env.now()
  const entry = pulls[image]
  if (inBackoffSinceUpdate(entry, now)) {
    const message = `Back-off pulling image "${image}"`
    tell('Normal', 'BackOff', message)
    return { reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${entry.error}` }
  }
  tell('Normal', 'Pulling', `Pulling image "${image}"`)
  if (found && !fault) {
    delete pulls[image]
    if (!wasPulled(session, found)) session.records.put(PULLED, pulledKey(session, found), 1)
    tell('Normal', 'Pulled', pulledMessage(found, image))
    return { found: identified(session, found) }
  }
  const error = fault ? registryDown(image) : (lookup as { message: string }).message
  tell('Warning', 'Failed', `Failed to pull image "${image}": ${error}`)
  pulls[image] = { ...nextBackoff(entry, now, now), error }
  return { reason: 'ErrImagePull', message: error }
}

/** What containerd says when a registry is out of order. */
function registryDown(image: string): string {
  const reference = parseReference(image)
  if ('error' in reference) return reference.error
  const { canonical, registry, repository, tag, digest } = reference
  const url = `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}/v2/${repository}/manifests/${digest ?? tag}`
  return `rpc error: code = Unavailable desc = failed to pull and unpack image "${canonical}": failed to resolve reference "${canonical}": unexpected status from HEAD request to ${url}: 503 Service Unavailable`
}

function pulledMessage({ image }: FoundImage, name: string): string {
  const took = formatDuration(Math.round(300 + (image.sizeBytes / SPEED) * 1000))
  return `Successfully pulled image "${name}" in ${took} (${took} including waiting). Image size: ${image.sizeBytes} bytes.`
}
