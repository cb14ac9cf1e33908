// Lists as tables and as metadata alone: what `get` asks the server for. Upstream: apiserver/pkg/endpoints/handlers/response.go.
import type { KubeObject } from '../../api/types'
import { ApiError } from '../../errors'
import type { Column } from '../../kinds/kind'
import type { ResourceInfo } from '../../schema/resources'
import { columnsOf } from '../columns'
import type { ApiServer } from '../server'

/** A metav1.Table; `include` is the query's includeObject. Throws ApiError BadRequest. */
export function tableOf(
  server: ApiServer,
  info: ResourceInfo,
  objects: KubeObject[],
  options: { metadata: object; include: string; defined?: boolean; shown(object: KubeObject): unknown },
): unknown {
  const columns = columnsOf(server, info)
  const now = server.env.now()
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: options.metadata,
    columnDefinitions: options.defined === false ? null : columns.map(definition),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, now, true)),
      ...included(object, options),
    })),
  }
}

function included(object: KubeObject, { include, shown }: { include: string; shown(object: KubeObject): unknown }): object {
  if (include === 'None') return {}
  if (include === 'Object') return { object: shown(object) }
  if (include !== '' && include !== 'Metadata') {
    const why = `includeObject: Invalid value: ${JSON.stringify(include)}: must be 'Metadata', 'Object', 'None', or empty`
    throw new ApiError('BadRequest', why)
  }
  return { object: partialMetadata(object) }
}

/** `Cluster-IP` for `CLUSTER-IP`: as the server writes the names that kubectl prints in capitals. */
function definition({ name, wide }: Column): object {
  const title = name.replace(/[A-Z]+/g, (word) =>
    ['IP', 'OS', 'URL', 'UID'].includes(word) ? word : word[0] + word.slice(1).toLowerCase(),
  )
  return { name: title, type: 'string', format: name === 'NAME' ? 'name' : '', description: '', priority: wide ? 1 : 0 }
}

export function partialMetadata(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
}
