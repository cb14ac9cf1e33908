// States that no file holds yet.
import { Bytes } from './bytes'
import { FORMAT, type Header, Layout, merge } from './layout'
import { State } from './state'

/** A state without entries. */
export function emptyState(header: Omit<Header, 'format'> & { resourceVersion: number; clockOffset: number; playedUntil: number }): State {
  return new State(undefined, { ...header, format: FORMAT })
}

/** A state of these entries, given as JSON, that no file has yet. */
export function stateWith(header: Header, entries: Map<string, string>): State {
  const layout = new Layout(Bytes.of(Buffer.concat(merge(undefined, header, entries) as Buffer[])))
  const state = new State(layout, header)
  state.unsaved = true
  return state
}
