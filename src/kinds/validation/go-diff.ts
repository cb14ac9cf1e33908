// The difference of two values as the API server's own types print, which some refusals show.
// Upstream: apimachinery/pkg/util/diff/diff.go.
import { unifiedDiff } from '../../lib/unified-diff'
import { internalForm } from '../../schema/internal'

/** `type` is the server's own: `PodSpec`. Ends in a line break. */
export function goDiff(type: string, before: object, after: object): string {
  const text = (value: object) => JSON.stringify(internalForm(type, value), null, 1)
  return unifiedDiff(text(before), text(after))
}
