// kubectl set subject: adds subjects to role bindings. Upstream: kubectl/pkg/cmd/set/set_subject.go.
import type { KubeObject } from '../api/types'
import type { Command, CommandContext } from '../cli/context'
import type { Subject } from '../cli/policy-rules'
import { ALL_AND_SELECTOR, LOCAL_AND_SERVER, setOnObjects, Unfit } from '../cli/set-objects'
import { CommandError } from '../errors'
import { deepEqual } from '../lib/equal'

const GROUP = 'rbac.authorization.k8s.io'
const BINDINGS = ['RoleBinding', 'ClusterRoleBinding']

function validate(context: CommandContext, objects: KubeObject[]): void {
  const { flags } = context
  if (flags.bool('local') && flags.string('dry-run') === 'server') throw new CommandError(LOCAL_AND_SERVER)
  if (flags.bool('all') && flags.string('selector')) throw new CommandError(ALL_AND_SELECTOR)
  const accounts = flags.list('serviceaccount')
  if (!flags.list('user').length && !flags.list('group').length && !accounts.length) {
    throw new CommandError('you must specify at least one value of user, group or serviceaccount')
  }
  for (const account of accounts) {
    const parts = account.split(':')
    if (parts.length !== 2 || !parts[1]) throw new CommandError('serviceaccount must be <namespace>:<name>')
    if (!parts[0] && objects.some((object) => object.kind === 'ClusterRoleBinding')) {
      throw new CommandError('serviceaccount must be <namespace>:<name>, namespace must be specified')
    }
  }
}

function subjectsOf(context: CommandContext): Subject[] {
  const sorted = (flag: string) => [...new Set(context.flags.list(flag))].sort()
  return [
    ...sorted('user').map((name): Subject => ({ apiGroup: GROUP, kind: 'User', name })),
    ...sorted('group').map((name): Subject => ({ apiGroup: GROUP, kind: 'Group', name })),
    ...sorted('serviceaccount').map((text): Subject => {
      const [namespace, name] = text.split(':')
      return { kind: 'ServiceAccount', name, namespace: namespace || context.namespace }
    }),
  ]
}

async function setSubject(context: CommandContext): Promise<void> {
  await setOnObjects(context, {
    resources: context.args,
    outcome: 'subjects updated',
    failure: 'failed to patch subjects to rolebinding: ',
    validate: (objects) => validate(context, objects),
    change(object) {
      if (!BINDINGS.includes(object.kind)) throw new Unfit('setting subjects is only supported for RoleBinding/ClusterRoleBinding')
      const existing = (object.subjects ?? []) as Subject[]
      const added = subjectsOf(context).filter((subject) => !existing.some((other) => deepEqual(other, subject)))
      return added.length ? { ...object, subjects: [...existing, ...added] } : undefined
    },
  })
}

export const command: Command = { run: setSubject }
