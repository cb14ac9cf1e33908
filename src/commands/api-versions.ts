// kubectl api-versions. Upstream: kubectl/pkg/cmd/apiresources/apiversions.go.
import { groupVersion } from '../apiserver/discovery'
import type { Command } from '../cli/context'
import { tellOfDiscovery } from '../cli/discovery-look'

export const command: Command = {
  run(context) {
    const { args } = context
    if (args.length) throw context.usage(`unexpected arguments: [${args.join(' ')}]`)
    const versions = new Set(
      context.cluster
        .read(({ server }) => {
          tellOfDiscovery(context, server)
          return server.discovery.all()
        })
        .map(groupVersion),
    )
    context.out([...versions].sort().join('\n').concat('\n'))
  },
}
