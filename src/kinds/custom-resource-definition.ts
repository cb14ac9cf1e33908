// CustomResourceDefinition: the behaviour of customresourcedefinitions.apiextensions.k8s.io beyond its fields.
import { defineKind } from './kind'

export const customResourceDefinition = defineKind({
  resource: 'customresourcedefinitions.apiextensions.k8s.io',
  columns: [],
})
