// kubectl create secret docker-registry: credentials of a registry. Upstream: kubectl/pkg/cmd/create/create_secret_docker.go.
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { generateSecret } from '../cli/generate-secret'
import { addFiles } from '../cli/key-sources'
import { CommandError } from '../errors'
import { toCompactJson } from '../lib/json-emit'

const KEY = '.dockerconfigjson'

function create(context: CommandContext): void {
  const { flags } = context
  const { name } = nameOf(context)
  const files = flags.list('from-file').map((file) => (file.includes('=') ? file : `${KEY}=${file}`))
  const [server, username, password, email] = ['server', 'username', 'password', 'email'].map((word) => flags.string(`docker-${word}`))
  if (!name) throw new CommandError('name must be specified')
  if (!files.length && (!username || !password || !server)) {
    throw new CommandError('either --from-file or the combination of --docker-username, --docker-password and --docker-server is required')
  }
  generateSecret(context, name, 'kubernetes.io/dockerconfigjson', (add) => {
    if (files.length) {
      addFiles(context, files, add)
      return
    }
    const auth = Buffer.from(`${username}:${password}`).toString('base64')
    const entry = { username, password, ...(email ? { email } : {}), auth }
    add(KEY, Buffer.from(toCompactJson({ auths: { [server]: entry } }, { sort: false })))
  })
}

export const command: Command = { run: create }
