// A view over objects written as YAML, and the outputs recorded from a real cluster.
import fs from 'node:fs'
import path from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { View } from '../../src/api/contracts'
import type { KubeObject } from '../../src/api/types'
import { kindOf } from '../../src/kinds'
import { describeGeneric } from '../../src/kinds/describe/generic'
import { builtinResources } from '../../src/schema/resources'
import { servicesAmong } from '../services-among'

/** The moment at which the descriptions are made. */
export const NOW = Date.parse('2026-11-23T17:34:12Z')

export function objects(yaml: string): KubeObject[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as KubeObject)
}

export function resourceOf(object: KubeObject): string {
  const group = object.apiVersion.includes('/') ? object.apiVersion.split('/')[0] : ''
  return builtinResources().find((info) => info.kind === object.kind && info.group === group)?.resource ?? 'unknown'
}

export function viewOf(all: KubeObject[]): View {
  const list = <T extends KubeObject>(resource: string, namespace?: string) =>
    all.filter((o) => resourceOf(o) === resource && (namespace === undefined || o.metadata.namespace === namespace)) as T[]
  return {
    list,
    get: <T extends KubeObject>(resource: string, namespace: string | undefined, name: string) =>
      list<T>(resource, namespace).find((o) => o.metadata.name === name),
    ownedBy: <T extends KubeObject>(uid: string, resource: string) =>
      list<T>(resource).filter((o) => o.metadata.ownerReferences?.some((owner) => owner.controller && owner.uid === uid)),
    mentioning: list,
    servicesSelecting: (namespace, labels) => servicesAmong(list('services', namespace), labels),
  }
}

/** Describes the first object of some YAML; the others are the rest of the cluster. */
export function describeYaml(yaml: string, showEvents = true): string {
  const all = objects(yaml)
  const context = { view: viewOf(all), now: NOW, showEvents }
  return kindOf(resourceOf(all[0]))?.describe?.(all[0], context) ?? describeGeneric(all[0], context)
}

/** What `command` printed in a recorded scenario. */
export function recorded(scenario: string, command: string): string {
  const file = path.join(__dirname, '../conformance/kubectl', `${scenario}.json`)
  const { steps } = JSON.parse(fs.readFileSync(file, 'utf8')) as { steps: { run: string; stdout: string }[] }
  const step = steps.find(({ run }) => run === command)
  if (!step) throw new Error(`${scenario} has no step ${command}`)
  return step.stdout
}
