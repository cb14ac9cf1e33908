// The user a container's first process runs as: security contexts over the image's USER.
import type { Container, Pod } from '../api/types'
import { imageOf } from './images/index'
import type { Image } from './process'
import { accountFiles } from './shell/accounts'
import { baseFiles } from './shell/base-files'
import type { World } from './world'

interface SecurityContext {
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  fsGroup?: number
  supplementalGroups?: number[]
  supplementalGroupsPolicy?: string
}

function contexts(pod: Pod, container: Container): { own: SecurityContext; whole: SecurityContext } {
  return { own: (container.securityContext ?? {}) as SecurityContext, whole: (pod.spec.securityContext ?? {}) as SecurityContext }
}

/** Fields of the line about a user, by number or name, in the image's /etc/passwd; of a group's in /etc/group. */
function accountOf(world: World, container: Container, file: '/etc/passwd' | '/etc/group', who: string): string[] | undefined {
  const found = imageOf(container.image, world.records)
  const text = 'missing' in found ? '' : (baseFiles(found.image).get(file)?.t ?? '')
  const lines = text.split('\n').map((line) => line.split(':'))
  return lines.find((fields) => fields[/^\d+$/.test(who) ? 2 : 0] === who)
}

/** `uid[:gid]` or names, as the image says; '' when it does not. */
function imageUser(world: World, container: Container): string {
  const found = imageOf(container.image, world.records)
  return 'missing' in found ? '' : (found.image.user ?? '')
}

/** As CRI reports it in a container's status. */
export function containerUser(world: World, pod: Pod, container: Container): { uid: number; gid: number; supplementalGroups: number[] } {
  const { own, whole } = contexts(pod, container)
  const [user, group] = imageUser(world, container).split(':')
  const asked = own.runAsUser ?? whole.runAsUser
  const who = String(asked ?? user)
  // Root everywhere has number 0 and group 0: most containers need no look into /etc/passwd.
  const account = who === '' || who === '0' ? undefined : accountOf(world, container, '/etc/passwd', who)
  const uid = Number(/^\d+$/.test(who) ? who : (account?.[2] ?? 0))
  const named = asked === undefined && group !== undefined && group !== '' ? group : undefined
  const imageGroup = named === undefined || /^\d+$/.test(named) ? named : accountOf(world, container, '/etc/group', named)?.[2]
  const gid = own.runAsGroup ?? whole.runAsGroup ?? Number(imageGroup ?? account?.[3] ?? 0)
  const more = [...(whole.supplementalGroups ?? []), ...(whole.fsGroup === undefined ? [] : [whole.fsGroup])]
  const given = whole.supplementalGroupsPolicy === 'Strict' ? [] : imageGroups(world, container, who === '' ? '0' : who)
  return { gid, supplementalGroups: [...new Set([gid, ...given, ...more])].sort((a, b) => a - b), uid }
}

/** Groups of which the image's /etc/group says that the user is in them, other than one of the user's own name. */
function imageGroups(world: World, container: Container, who: string): number[] {
  const found = imageOf(container.image, world.records)
  if ('missing' in found) return []
  const { image } = found
  const known = groups.get(image) ?? new Map<string, number[]>()
  groups.set(image, known)
  const ids = known.get(who) ?? groupsOf(image, who)
  known.set(who, ids)
  return ids
}

const groups = new WeakMap<Image, Map<string, number[]>>()

function groupsOf(image: Image, who: string): number[] {
  // Without the rest of its files, which take their time.
  const files = { ...accountFiles(image.userland ?? 'none'), ...image.files }
  const linesOf = (file: '/etc/passwd' | '/etc/group') => files[file].split('\n').map((line) => line.split(':'))
  const name = /^\d+$/.test(who) ? linesOf('/etc/passwd').find((fields) => fields[2] === who)?.[0] : who
  if (name === undefined) return []
  return linesOf('/etc/group')
    .filter(([group, , , members]) => group !== name && (members ?? '').split(',').includes(name))
    .map(([, , id]) => Number(id))
}

/** Why `runAsNonRoot` forbids the container, in the kubelet's words (pkg/kubelet/kuberuntime/security_context.go). */
export function nonRootProblem(world: World, pod: Pod, container: Container, podText: string): string | undefined {
  const { own, whole } = contexts(pod, container)
  if (!(own.runAsNonRoot ?? whole.runAsNonRoot)) return undefined
  const asked = own.runAsUser ?? whole.runAsUser
  const about = `(pod: "${podText}", container: ${container.name})`
  if (asked !== undefined) return asked === 0 ? `container's runAsUser breaks non-root policy ${about}` : undefined
  const user = imageUser(world, container).split(':')[0]
  if (user === '' || user === '0') return `container has runAsNonRoot and image will run as root ${about}`
  if (!/^\d+$/.test(user))
    return `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${about}`
  return undefined
}
