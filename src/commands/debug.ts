// kubectl debug: a container that looks into a Pod, from inside it, from a copy of it, or from the Pod's node.
// Upstream: kubectl/pkg/cmd/debug/debug.go.
import type { Container, KubeObject, Pod } from '../api/types'
import { patchSchemaOf } from '../apiserver/patch-schema'
import type { Command, CommandContext } from '../cli/context'
import { readTextFile } from '../cli/result'
import { documentsOf, type Selected, select } from '../cli/select'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import { quote } from '../lib/go-values'
import { IMAGE_REFERENCE } from '../lib/image-reference'
import { strategicMergePatch } from '../lib/patch/strategic-merge'
import type { JsonObject } from '../lib/patch/value'
import { randomSuffix } from '../lib/random'
import { parseYaml } from '../schema/yaml'
import { attachToNew } from './attach-new'
import { type Keep, profileNamed, type Style, withContainer } from './debug-profiles'

interface Plan {
  targets: string[]
  words: string[]
  env: { name: string; value: string }[]
  attach: boolean
  profile: (pod: Pod, container: string, style: Style) => Pod
  custom?: Partial<Container>
}

interface Session {
  pod: Pod
  /** The container to attach to; empty when only images were changed. */
  container: string
}

async function debug(context: CommandContext): Promise<void> {
  const plan = complete(context)
  validate(context, plan)
  const documents = await documentsOf(context)
  const failures: Error[] = []
  const sessions = context.cluster.write((cluster) => {
    const args = plan.targets.map((word) => (word.includes('/') ? word : `pods/${word}`))
    const selection = select(context, cluster, documents, { args })
    failures.push(...selection.failures)
    const failure = combine(failures)
    if (failure && !selection.objects.length) throw failure
    return selection.objects.map((target) => begin(context, cluster, plan, target))
  })
  for (const { pod, container } of sessions) {
    if (plan.attach && container) await attachToNew(context, pod, container)
  }
  const failure = combine(failures)
  if (failure) throw failure
}

function complete(context: CommandContext): Plan {
  const { flags, args } = context
  const split = flags.dash >= 0 && args.length > flags.dash
  const keep: Keep = {
    labels: flags.bool('keep-labels'),
    annotations: flags.bool('keep-annotations'),
    liveness: flags.bool('keep-liveness'),
    readiness: flags.bool('keep-readiness'),
    startup: flags.bool('keep-startup'),
    initContainers: flags.bool('keep-init-containers'),
  }
  const profile = profileNamed(flags.string('profile'))
  return {
    targets: split ? args.slice(0, flags.dash) : args,
    words: split ? args.slice(flags.dash) : [],
    env: Object.entries(flags.map('env')).map(([name, value]) => ({ name, value })),
    attach: flags.changed('attach') ? flags.bool('attach') : flags.bool('stdin'),
    profile: (pod, container, style) => profile(pod, container, style, keep),
    ...(flags.string('custom') ? { custom: customProfile(context, flags.string('custom')) } : {}),
  }
}

function customProfile(context: CommandContext, file: string): Partial<Container> {
  let text: string
  try {
    text = readTextFile(context.host.cwd, file)
  } catch (error) {
    throw new CommandError(`must pass a container spec json file for custom profile: ${(error as Error).message}`)
  }
  try {
    const value = parseYaml(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('error unmarshaling JSON')
    return value
  } catch (error) {
    throw new CommandError(`${file} does not contain a valid container spec: ${(error as Error).message}`)
  }
}

const PULL_POLICIES = ['', 'Always', 'IfNotPresent', 'Never']

function validate(context: CommandContext, plan: Plan): void {
  const { flags } = context
  const refuse = (message: string) => {
    throw new CommandError(message)
  }
  const [image, container, copy] = [flags.string('image'), flags.string('container'), flags.string('copy-to')]
  const images = Object.entries(flags.map('set-image'))
  const notAnImage = (text: string, of = '') => refuse(`invalid image name ${quote(text)}${of}: invalid reference format`)
  if (plan.attach && flags.changed('attach') && !image && !container) {
    refuse('you must specify --container or create a new container using --image in order to attach.')
  }
  if (copy) {
    if (!image && !images.length && !plan.words.length) refuse('you must specify --image, --set-image or command arguments.')
    if (plan.words.length && !container && !image) refuse('you must specify an existing container or a new image when specifying args.')
  } else {
    for (const name of ['replace', 'same-node']) if (flags.bool(name)) refuse(`--${name} may only be used with --copy-to.`)
    if (images.length) refuse('--set-image may only be used with --copy-to.')
    if (!image) refuse('you must specify --image when not using --copy-to.')
  }
  if (image && !IMAGE_REFERENCE.test(image)) notAnImage(image)
  if (plan.targets.length === 0 && flags.list('filename').length === 0) refuse('NAME or filename is required for debug')
  const policy = flags.string('image-pull-policy')
  if (!PULL_POLICIES.includes(policy)) refuse(`invalid image pull policy: ${policy}`)
  for (const [name, text] of images) if (!IMAGE_REFERENCE.test(text)) notAnImage(text, ` for container ${quote(name)}`)
  const target = flags.string('target')
  if (target) {
    if (copy) refuse('--target is incompatible with --copy-to. Use --share-processes instead.')
    if (!flags.bool('quiet')) {
      context.out(
        `Targeting container ${quote(target)}. If you don't see processes from this container it may be because the container runtime doesn't support this feature.\n`,
      )
    }
  }
  if (flags.bool('tty') && !flags.bool('stdin')) refuse('-i/--stdin is required for containers with -t/--tty=true')
  const fixed = ['name', 'command', 'image', 'lifecycle', 'volumeDevices'] as const
  if (fixed.some((name) => plan.custom?.[name as keyof Container] !== undefined)) {
    refuse('name, command, image, lifecycle and volume devices are not modifiable via custom profile')
  }
  if (flags.string('profile') === 'legacy') {
    context.err(
      '--profile=legacy is deprecated and planned to be removed in v1.39. It is recommended to specify other profile, for example "--profile=general".\n',
    )
  }
}

function begin(context: CommandContext, cluster: Cluster, plan: Plan, { info, object }: Selected): Session {
  if (info.resource === 'nodes') return onNode(context, cluster, plan, object)
  if (info.resource !== 'pods') {
    const kind = info.group ? `${info.group}/${info.version}, Kind=${info.kind}` : `/${info.version}, Kind=${info.kind}`
    throw new CommandError(`${quote(kind)} not supported by debug`)
  }
  const pod = object as Pod
  return context.flags.string('copy-to') ? inCopy(context, cluster, plan, pod) : inPod(context, cluster, plan, pod)
}

const REQUEST = { manager: 'kubectl' }

/** What every new container is, whichever way it looks. */
function newContainer({ flags }: CommandContext, plan: Plan, name: string): Container {
  const policy = flags.string('image-pull-policy')
  return {
    name,
    image: flags.string('image'),
    ...(plan.env.length ? { env: plan.env } : {}),
    ...(policy ? { imagePullPolicy: policy } : {}),
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    terminationMessagePolicy: 'File',
    ...(flags.bool('tty') ? { tty: true } : {}),
    ...(plan.words.length ? { [flags.bool('arguments-only') ? 'args' : 'command']: plan.words } : {}),
  } as Container
}

function inPod(context: CommandContext, cluster: Cluster, plan: Plan, pod: Pod): Session {
  const { flags } = context
  const name = containerName(context, cluster, pod)
  const target = flags.string('target')
  const container = { ...newContainer(context, plan, name), ...(target ? { targetContainerName: target } : {}) }
  const spec = { ...pod.spec, ephemeralContainers: [...(pod.spec.ephemeralContainers ?? []), container] }
  const changed = customized(plan, plan.profile({ ...pod, spec }, name, 'ephemeral'), name)
  warnOfUser(context, changed, name)
  const updated = cluster.server.update(changed, { ...REQUEST, patch: true, subresource: 'ephemeralcontainers' }) as Pod
  return { pod: updated, container: name }
}

function inCopy(context: CommandContext, cluster: Cluster, plan: Plan, pod: Pod): Session {
  const { flags } = context
  const { copy, container } = copyOf(context, cluster, plan, pod)
  if (container) warnOfUser(context, copy, container)
  const created = cluster.server.create(copy, REQUEST) as Pod
  if (flags.bool('replace')) {
    const info = cluster.server.discovery.byResource('pods')!
    cluster.server.delete(info, pod.metadata.namespace, pod.metadata.name, { ...REQUEST, gracePeriodSeconds: 0 })
  }
  return { pod: created, container }
}

function copyOf(context: CommandContext, cluster: Cluster, plan: Plan, pod: Pod): { copy: Pod; container: string } {
  const { flags } = context
  const images = flags.map('set-image')
  const { ephemeralContainers: _e, nodeName, ...spec } = structuredClone(pod.spec)
  const { namespace, labels, annotations } = pod.metadata
  let copy = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: flags.string('copy-to'), namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(flags.changed('share-processes') ? { shareProcessNamespace: flags.bool('share-processes') } : {}),
      ...(flags.bool('same-node') && nodeName ? { nodeName } : {}),
      containers: spec.containers.map((each) => ({ ...each, image: images[each.name] ?? images['*'] ?? each.image })),
    },
  } as unknown as Pod
  let name = flags.string('container')
  const exists = name !== '' && [...copy.spec.containers, ...(copy.spec.initContainers ?? [])].some((each) => each.name === name)
  if (!exists) {
    if (!flags.string('image')) {
      if (Object.keys(images).length) return { copy, container: '' }
      throw new CommandError('you must specify image when creating new container')
    }
    name ||= containerName(context, cluster, copy)
    const added = { name, terminationMessagePolicy: 'File' } as Container
    copy = { ...copy, spec: { ...copy.spec, containers: [...copy.spec.containers, added] } }
  }
  copy = withContainer(copy, name, (container) => changedContainer(context, plan, container))
  return { copy: customized(plan, plan.profile(copy, name, 'copy'), name), container: name }
}

/** A container of the copy as the command line wants it. */
function changedContainer({ flags }: CommandContext, plan: Plan, container: Container): Container {
  const { args, stdin: _s, tty: _t, ...rest } = container
  const asArgs = flags.bool('arguments-only')
  const policy = flags.string('image-pull-policy')
  return {
    ...rest,
    ...(args && !(plan.words.length && !asArgs) ? { args } : {}),
    ...(plan.words.length ? { [asArgs ? 'args' : 'command']: plan.words } : {}),
    ...(plan.env.length ? { env: plan.env } : {}),
    ...(flags.string('image') ? { image: flags.string('image') } : {}),
    ...(policy ? { imagePullPolicy: policy } : {}),
    ...(flags.bool('stdin') ? { stdin: true } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  } as Container
}

function onNode(context: CommandContext, cluster: Cluster, plan: Plan, node: KubeObject): Session {
  const name = context.flags.string('container') || 'debugger'
  const podName = `node-debugger-${node.metadata.name}-${randomSuffix(cluster.env)}`
  if (!context.flags.bool('quiet')) {
    context.out(`Creating debugging pod ${podName} with container ${name} on node ${node.metadata.name}.\n`)
  }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace: context.namespace, labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' } },
    spec: {
      containers: [newContainer(context, plan, name)],
      nodeName: node.metadata.name,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  } as unknown as Pod
  const created = cluster.server.create(customized(plan, plan.profile(pod, name, 'node'), name), REQUEST)
  return { pod: created as Pod, container: name }
}

function containerName(context: CommandContext, cluster: Cluster, { spec }: Pod): string {
  const given = context.flags.string('container')
  if (given) return given
  const all = [...spec.containers, ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])]
  let name: string
  do name = `debugger-${randomSuffix(cluster.env)}`
  while (all.some((each) => each.name === name))
  if (!context.flags.bool('quiet')) context.out(`Defaulting debug container name to ${name}.\n`)
  return name
}

/** The Pod with the user's own profile merged into its container. */
function customized(plan: Plan, pod: Pod, name: string): Pod {
  const { custom } = plan
  if (!custom) return pod
  const schema = patchSchemaOf('v1', 'Pod')!
  const patch = { spec: { containers: [{ ...custom, name }] } } as unknown as JsonObject
  return withContainer(pod, name, (container) => {
    const alone = { spec: { containers: [container] } } as unknown as JsonObject
    const merged = strategicMergePatch(alone, patch, schema) as unknown as { spec: { containers: Container[] } }
    return merged.spec.containers[0]
  })
}

/** Capabilities are of no use to a user who is not root. */
function warnOfUser(context: CommandContext, pod: Pod, name: string): void {
  const user = (pod.spec.securityContext as { runAsUser?: number } | undefined)?.runAsUser
  const container = [...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])].find((each) => each.name === name)
  const security = container?.securityContext as { runAsUser?: number; privileged?: boolean; capabilities?: { add?: string[] } } | undefined
  if (!user || !security || security.runAsUser === 0) return
  if (!security.privileged && !security.capabilities?.add?.length) return
  context.err(
    'Warning: Non-root user is configured for the entire target Pod, and some capabilities granted by debug profile may not work. Please consider using "--custom" with a custom profile that specifies "securityContext.runAsUser: 0".\n',
  )
}

export const command: Command = { run: debug }
