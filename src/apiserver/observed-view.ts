// The view of who asks for objects one by one, each look being a request of its own.
import type { View } from '../api/contracts'
import { ApiError } from '../errors'
import type { UserRequest } from './options'
import type { ApiServer } from './server'

/** How a look at a resource is asked for: with which selectors, in pages or whole. `word`: what the objects looked for mention. */
export type Manner = (resource: string, word: string | undefined) => Pick<UserRequest, 'query' | 'whole' | 'namespace'>

/**
 * The server's view, as generated clients look at it; whoever observes its requests is told of each look. Events that the user may
 * not list are none.
 */
export function observedView(server: ApiServer, manner: Manner = () => ({})): View {
  const { view, discovery, user } = server
  if (!server.observe && !user) return view
  const tell = (
    verb: 'get' | 'list',
    resource: string,
    place: { namespace?: string; name?: string },
    status: number,
    more: { word?: string; answer?: unknown } = {},
  ) => {
    const info = discovery.byResource(resource)
    if (info) server.tell({ verb, info, ...place, ...manner(resource, more.word), client: 'typed', answer: more.answer }, status)
  }
  const mayList = (resource: string, namespace: string | undefined): boolean => {
    const info = discovery.byResource(resource)
    try {
      if (info) server.authorize('list', info, namespace)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      tell('list', resource, { namespace }, error.code, { answer: error })
      return false
    }
  }
  return {
    get: (resource, namespace, name) => {
      const found = view.get(resource, namespace, name)
      tell('get', resource, { namespace, name }, found ? 200 : 404)
      return found as never
    },
    list: (resource, namespace, values) => {
      tell('list', resource, { namespace }, 200)
      return view.list(resource, namespace, values) as never
    },
    ownedBy: (uid, resource) => {
      tell('list', resource, {}, 200)
      return view.ownedBy(uid, resource) as never
    },
    mentioning: (resource, namespace, text) => {
      if (resource === 'events' && !mayList(resource, namespace)) return []
      tell('list', resource, { namespace }, 200, { word: text })
      return view.mentioning(resource, namespace, text) as never
    },
    servicesSelecting: (namespace, labels) => view.servicesSelecting(namespace, labels),
  }
}
