// Role bindings: their wide columns and their description. Follows rbac.SubjectsStrings of pkg/apis/rbac/helpers.go.
import type { RoleBinding, Subject } from '../../api/rbac'
import type { Column } from '../kind'
import { headLines } from './metadata'
import { describing } from './writer'

function names(subjects: Subject[] | undefined, kind: string): string {
  const chosen = (subjects ?? []).filter((subject) => subject.kind === kind)
  return chosen.map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : name)).join(', ')
}

export function subjectColumns(): Column<RoleBinding>[] {
  return [
    { name: 'USERS', wide: true, cell: ({ subjects }) => names(subjects, 'User') },
    { name: 'GROUPS', wide: true, cell: ({ subjects }) => names(subjects, 'Group') },
    { name: 'SERVICEACCOUNTS', wide: true, cell: ({ subjects }) => names(subjects, 'ServiceAccount') },
  ]
}

/** The description of a RoleBinding or ClusterRoleBinding; it has no events. */
export function describeBinding(binding: RoleBinding): string {
  return describing((w) => {
    headLines(w, binding, false)
    w.write(0, 'Role:\n')
    w.write(1, `Kind:\t${binding.roleRef.kind}\n`)
    w.write(1, `Name:\t${binding.roleRef.name}\n`)
    w.write(0, 'Subjects:\n')
    w.write(1, 'Kind\tName\tNamespace\n')
    w.write(1, '----\t----\t---------\n')
    for (const { kind, name, namespace = '' } of binding.subjects ?? []) w.write(1, `${kind}\t${name}\t${namespace}\n`)
  })
}
