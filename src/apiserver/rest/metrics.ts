// GET /metrics: what the API server counts of itself, in Prometheus' text format: its version, and how many objects it stores.
import type { ApiServer } from '../server'
import { serverVersion } from '../version'
import type { RestResponse } from './messages'

function line(name: string, labels: Record<string, string>, value: number): string {
  const text = Object.entries(labels).map(([key, label]) => `${key}=${JSON.stringify(label)}`)
  return `${name}{${text.join(',')}} ${value}\n`
}

export function metrics({ discovery, storage }: ApiServer): RestResponse {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = serverVersion()
  const build = {
    build_date: buildDate,
    compiler,
    git_commit: gitCommit,
    git_tree_state: gitTreeState,
    git_version: gitVersion,
    go_version: goVersion,
    major,
    minor,
    platform,
  }
  const stored = new Map<string, string>()
  for (const { group, plural, resource, verbs } of discovery.all()) {
    if (verbs.includes('watch') && !stored.has(resource))
      stored.set(resource, line('apiserver_resource_objects', { group, resource: plural }, storage.list(resource).length))
  }
  const body = [
    '# HELP apiserver_resource_objects [ALPHA] Number of stored objects, by resource.\n',
    '# TYPE apiserver_resource_objects gauge\n',
    ...[...stored.values()].sort(),
    '# HELP kubernetes_build_info [ALPHA] Always 1; its labels say what was built, from what and how.\n',
    '# TYPE kubernetes_build_info gauge\n',
    line('kubernetes_build_info', build, 1),
  ]
  return { status: 200, contentType: 'text/plain; version=0.0.4; charset=utf-8', body: body.join('') }
}
