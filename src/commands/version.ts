// kubectl version. Upstream: kubectl/pkg/cmd/version/version.go.
import { clientVersion, KUSTOMIZE_VERSION, serverVersion } from '../apiserver/version'
import type { Command } from '../cli/context'
import { CommandError } from '../errors'
import { toIndentedJson } from '../lib/json-emit'
import { toYaml } from '../lib/yaml-emit'

export const command: Command = {
  run(context) {
    const { flags, args } = context
    const clientOnly = flags.bool('client')
    if (args.length && !clientOnly) throw new CommandError(`extra arguments: [${args.join(' ')}]`)
    const output = flags.string('output')
    if (!['', 'yaml', 'json'].includes(output)) throw new CommandError("--output must be 'yaml' or 'json'")
    if (!clientOnly) context.requireServer()
    const { observePath } = context
    const look = { path: '/version?timeout=32s', place: 'discovery_client.go:1162', accept: 'application/json, */*' }
    if (observePath && !clientOnly) context.cluster.read(({ server: asked }) => observePath(look, asked))
    const client = clientVersion()
    const server = clientOnly ? undefined : serverVersion()
    if (output === '') {
      const lines = [`Client Version: ${client.gitVersion}`, `Kustomize Version: ${KUSTOMIZE_VERSION}`]
      if (server) lines.push(`Server Version: ${server.gitVersion}`)
      context.out(`${lines.join('\n')}\n`)
      return
    }
    const info = { clientVersion: client, kustomizeVersion: KUSTOMIZE_VERSION, ...(server ? { serverVersion: server } : {}) }
    context.out(output === 'yaml' ? `${toYaml(info)}\n` : `${toIndentedJson(info, '  ', { sort: false })}\n`)
  },
}
