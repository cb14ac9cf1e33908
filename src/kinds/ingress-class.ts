// IngressClass: which controller an Ingress is for.
import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defineKind } from './kind'

interface IngressClass extends KubeObject {
  spec: { controller?: string; parameters?: { apiGroup?: string; kind: string; name: string } }
}

function parametersText({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>'
  return `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`
}

export const ingressClass = defineKind<IngressClass>({
  resource: 'ingressclasses.networking.k8s.io',
  columns: [NAME, { name: 'CONTROLLER', cell: ({ spec }) => spec.controller ?? '' }, { name: 'PARAMETERS', cell: parametersText }, AGE],
})
