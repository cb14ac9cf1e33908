// ConfigMap: plain data for pods.

import type { ConfigMap } from '../api/types'
import { AGE, NAME } from './columns'
import { byteCount } from './describe/base64'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateConfigMap, validateConfigMapUpdate } from './validation/cluster'

function describeConfigMap(map: ConfigMap, context: DescribeContext): string {
  return describing((w) => {
    headLines(w, map, true)
    w.write(0, '\nData\n====\n')
    for (const key of Object.keys(map.data ?? {}).sort()) w.write(0, `${key}:\n----\n${map.data?.[key]}\n\n`)
    w.write(0, '\nBinaryData\n====\n')
    for (const key of Object.keys(map.binaryData ?? {}).sort()) w.write(0, `${key}: ${byteCount(map.binaryData?.[key])} bytes\n`)
    w.write(0, '\n')
    eventLines(w, map, context)
  })
}

export const configMap = defineKind<ConfigMap>({
  resource: 'configmaps',
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
  columns: [
    NAME,
    { name: 'DATA', cell: (map) => String(Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length) },
    AGE,
  ],
  describe: describeConfigMap,
})
