// IngressClass: which controller an Ingress is for.

import type { KubeObject } from '../api/types'
import { AGE, NAME } from './columns'
import { defaultIngressClass } from './defaults/network'
import { eventLines } from './describe/events'
import { headLines } from './describe/metadata'
import { describing } from './describe/writer'
import { type DescribeContext, defineKind } from './kind'
import { validateIngressClass, validateIngressClassUpdate } from './validation/network'

interface IngressClass extends KubeObject {
  spec: { controller?: string; parameters?: { apiGroup?: string; kind: string; name: string } }
}

function parametersText({ spec: { parameters } }: IngressClass): string {
  if (!parameters) return '<none>'
  return `${parameters.kind}${parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`}/${parameters.name}`
}

function describeIngressClass(ingressClass: IngressClass, context: DescribeContext): string {
  const { controller, parameters } = ingressClass.spec
  return describing((w) => {
    headLines(w, ingressClass, false)
    w.write(0, `Controller:\t${controller ?? ''}\n`)
    if (parameters) {
      w.write(0, 'Parameters:\n')
      if (parameters.apiGroup !== undefined) w.write(1, `APIGroup:\t${parameters.apiGroup}\n`)
      w.write(1, `Kind:\t${parameters.kind}\n`)
      w.write(1, `Name:\t${parameters.name}\n`)
    }
    eventLines(w, ingressClass, context)
  })
}

export const ingressClass = defineKind<IngressClass>({
  resource: 'ingressclasses.networking.k8s.io',
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  defaults: defaultIngressClass,
  columns: [NAME, { name: 'CONTROLLER', cell: ({ spec }) => spec.controller ?? '' }, { name: 'PARAMETERS', cell: parametersText }, AGE],
  describe: describeIngressClass,
})
