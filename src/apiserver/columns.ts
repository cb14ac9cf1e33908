// The columns in which the server shows a resource: the kind's own, or what a CustomResourceDefinition declares.
import { kindOf } from '../kinds'
import { GENERIC_COLUMNS } from '../kinds/columns'
import type { Column } from '../kinds/kind'
import type { ResourceInfo } from '../schema/resources'
import { customResourceColumns } from './crd-columns'
import type { ApiServer } from './server'

export function columnsOf(server: ApiServer, info: ResourceInfo): Column[] {
  if (!info.custom) return kindOf(info.resource)?.columns ?? GENERIC_COLUMNS
  return customResourceColumns(server.view.get('customresourcedefinitions.apiextensions.k8s.io', undefined, info.resource), info.version)
}
