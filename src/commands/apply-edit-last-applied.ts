// kubectl apply edit-last-applied: the annotation in the user's editor. Upstream: kubectl/pkg/cmd/apply/apply_edit_last_applied.go.
import type { KubeObject } from '../api/types'
import { patchObject } from '../apiserver/patch-requests'
import type { Command, CommandContext } from '../cli/context'
import { type EditedObject, edit } from '../cli/edit-session'
import { lastApplied } from '../cli/last-applied'
import { resultPrinter } from '../cli/result'
import { documentsOf, select } from '../cli/select'
import { CommandError, combine } from '../errors'
import { deepEqual } from '../lib/equal'
import { annotationPatch } from './apply-set-last-applied'

const PREAMBLE = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`

async function editAnnotations(context: CommandContext): Promise<void> {
  const documents = await documentsOf(context)
  const print = resultPrinter(context, 'none')
  const objects = context.cluster.read((cluster) => {
    const selection = select(context, cluster, documents, { allowAll: true })
    const failure = combine(selection.failures)
    if (failure) throw failure
    return selection.objects.flatMap(({ info, object }): EditedObject[] => {
      const text = lastApplied(object)
      return text === undefined ? [] : [{ info, object: JSON.parse(text) as KubeObject }]
    })
  })
  if (!objects.length) {
    throw new CommandError(
      'no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`',
    )
  }
  await edit(context, {
    objects,
    preamble: PREAMBLE,
    save(edited) {
      const lines: string[] = []
      context.cluster.write((cluster) => {
        for (const object of edited) {
          // The configurations have no uid: like upstream, each is taken for the first one.
          const { info, object: before } = objects[0]
          if (deepEqual(before, object)) {
            lines.push(print(object, 'skipped'))
            continue
          }
          const { patch } = annotationPatch(object)
          const manager = context.flags.string('field-manager')
          patchObject(cluster.server, info, context.namespace, object.metadata.name, 'merge', patch, { manager })
          lines.push(print(object, 'edited'))
        }
      })
      context.out(lines.join(''))
    },
  })
}

export const command: Command = { run: editAnnotations }
