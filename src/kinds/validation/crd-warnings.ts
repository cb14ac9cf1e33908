// What the API server warns of in CustomResourceDefinitions. Upstream: apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go
// (WarningsOnCreate, WarningsOnUpdate) and pkg/apiserver/validation/formats.go.
import type { KubeObject } from '../../api/types'
import type { JsonSchema } from '../../schema/custom'
import { fieldsOf, listOf } from '../defaults/fields'
import { innerSchemas } from './crd-schema'

/** Formats of texts, without their hyphens. */
const TEXT_FORMATS = new Set(
  (
    'bsonobjectid uri email hostname ipv4 ipv6 cidr mac uuid uuid3 uuid4 uuid5 isbn isbn10 isbn13 creditcard ssn hexcolor rgbcolor byte ' +
    'password date duration datetime k8sshortname k8slongname'
  ).split(' '),
)
const NUMBER_FORMATS: Record<string, string[]> = { integer: ['int32', 'int64'], number: ['float', 'double'] }

function isKnownFormat(type: string, format: string): boolean {
  if (type === '' || type === 'string') return TEXT_FORMATS.has(format.replaceAll('-', ''))
  return Object.hasOwn(NUMBER_FORMATS, type) && NUMBER_FORMATS[type].includes(format)
}

function schemasIn(schema: JsonSchema): JsonSchema[] {
  return [schema, ...innerSchemas(schema).flatMap(schemasIn)]
}

function allSchemas({ spec }: KubeObject): JsonSchema[] {
  return listOf(fieldsOf(spec)?.versions).flatMap((version) => {
    const root = fieldsOf(fieldsOf(version.schema)?.openAPIV3Schema)
    return root ? schemasIn(root) : []
  })
}

function formatWarnings(definition: KubeObject): string[] {
  return allSchemas(definition)
    .filter(({ type = '', format }) => format && !isKnownFormat(type, format))
    .map(({ format }) => `unrecognized format ${JSON.stringify(format)}`)
}

function setWarnings(definition: KubeObject): string[] {
  return allSchemas(definition)
    .filter((schema) => schema['x-kubernetes-list-type'] === 'set' && ['object', 'array'].includes(schema.items?.type ?? ''))
    .map(
      ({ items }) =>
        `x-kubernetes-list-type: set for items of type ${JSON.stringify(items?.type)} is not supported by server-side apply or CEL validation rules`,
    )
    .sort()
}

/** What is new compared with the definition before; each once. */
export function definitionWarnings(definition: KubeObject, old?: KubeObject): string[] {
  const known = new Set(old ? [...formatWarnings(old), ...setWarnings(old)] : [])
  return [...new Set([...formatWarnings(definition), ...setWarnings(definition)])].filter((warning) => !known.has(warning))
}
