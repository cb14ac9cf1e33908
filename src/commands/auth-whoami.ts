// kubectl auth whoami. Upstream: kubectl/pkg/cmd/auth/whoami.go.
import type { KubeObject } from '../api/types'
import { ADMIN, isAllowed } from '../apiserver/authorization'
import type { Command, CommandContext } from '../cli/context'
import { printerOptions } from '../cli/result'
import { CommandError } from '../errors'
import { toJson } from '../lib/json-emit'
import { align, TABLE } from '../lib/tabwriter'
import { timestamp } from '../lib/time'
import { resultPrinterFor } from '../print'

function whoami(context: CommandContext): void {
  context.requireServer()
  const { flags } = context
  const user = context.user ?? ADMIN
  const output = flags.string('output')
  const asked = { verb: 'create', group: 'authentication.k8s.io', resource: 'selfsubjectreviews' }
  if (context.user && !context.cluster.read(({ server }) => isAllowed(server.view, user, asked)))
    throw new CommandError('the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it')
  if (context.observe) context.cluster.read(({ server }) => context.tellOfReview(server, 'selfsubjectreviews.authentication.k8s.io', {}))
  if (output || flags.string('template')) {
    const now = context.cluster.read((cluster) => cluster.env.now())
    const { name: username, ...rest } = user
    const review = {
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { creationTimestamp: timestamp(now) },
      status: { userInfo: { username, ...rest } },
    }
    if (output === 'json') context.out(toJson(review, { sort: false }))
    else context.out(resultPrinterFor('', output, printerOptions(context)).print(review as unknown as KubeObject))
    return
  }
  const rows = [
    ['ATTRIBUTE', 'VALUE'],
    ['Username', user.name],
    ...(user.uid ? [['UID', user.uid]] : []),
    ...(user.groups.length ? [['Groups', `[${user.groups.join(' ')}]`]] : []),
    ...Object.keys(user.extra ?? {})
      .sort()
      .map((key) => [`Extra: ${key}`, `[${user.extra?.[key].join(' ')}]`]),
  ]
  context.out(align(rows.map((row) => `${row.join('\t')}\n`).join(''), { ...TABLE, remembered: [] }))
}

export const command: Command = { run: whoami }
