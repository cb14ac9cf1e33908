// The wide columns of role bindings. Follows rbac.SubjectsStrings of pkg/apis/rbac/helpers.go.
import type { RoleBinding, Subject } from '../../api/rbac'
import type { Column } from '../kind'

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
