// kubectl create --edit: each object of the files goes through the editor before it is made.
// Upstream: kubectl/pkg/cmd/util/editor/editoptions.go, EditBeforeCreateMode.
import type { KubeObject } from '../api/types'
import { decodeObject, placeInNamespace, recognise } from '../apiserver/decode'
import type { CommandContext } from '../cli/context'
import { EDIT_PREAMBLE, type EditedObject, type EditSession, edit } from '../cli/edit-session'
import { saveConfiguration } from '../cli/last-applied'
import type { Documents } from '../cli/manifests'
import { recorded } from '../cli/record'
import { resultPrinter } from '../cli/result'
import { unversioned } from '../cli/unversioned'
import type { Cluster } from '../cluster'
import { CommandError, combine } from '../errors'
import type { FieldValidation } from '../schema/decode'

/** Throws CommandError, or SilentExit after having said where the edits are kept. */
export async function createEdited(
  context: CommandContext,
  { documents, failures }: Documents,
  validation: FieldValidation,
): Promise<void> {
  const failure = combine(failures)
  if (failure) throw failure
  const { flags } = context
  const print = resultPrinter(context, 'none')
  const placed = (cluster: Cluster, value: Record<string, unknown>, source: string): EditedObject => {
    const info = recognise(cluster.server, value, source, false)
    const object = { ...value, metadata: { ...(value.metadata as object) } } as KubeObject
    return { info, object: placeInNamespace(info, object, context.namespace, context.namespaceGiven) }
  }
  const objects = context.cluster.read((cluster) => documents.map(({ value, source }) => placed(cluster, value, source)))
  const refused: Error[] = []
  for (const object of objects) {
    const session: EditSession = {
      objects: [object],
      preamble: EDIT_PREAMBLE,
      save(edited) {
        const lines = context.cluster.write((cluster) =>
          edited.map((wanted) => {
            const { info, object: given } = placed(cluster, wanted as unknown as Record<string, unknown>, 'edited-file')
            const noted = recorded(context, saveConfiguration(given, flags.bool('save-config')))
            return print(
              cluster.server.create(unversioned(decodeObject(cluster.server, info, noted, validation)), { manager: 'kubectl-create' }),
              'created',
            )
          }),
        )
        context.out(lines.join(''))
      },
    }
    try {
      await edit(context, session)
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      refused.push(error)
    }
  }
  const together = combine(refused)
  if (together) throw together
}
