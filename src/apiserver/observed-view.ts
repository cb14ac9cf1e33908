// The view of who asks for objects one by one, each look being a request of its own.
import type { View } from '../api/contracts'
import { ApiError } from '../errors'
import type { ResourceInfo } from '../schema/resources'
import type { ApiServer } from './server'

/** The server's view; whoever observes its requests is told of each look. Events that the user may not list are none. */
export function observedView(server: ApiServer): View {
  const { view, discovery, user } = server
  if (!server.observe && !user) return view
  const observe = server.observe ?? (() => {})
  const infoOf = (resource: string): ResourceInfo | undefined => discovery.byResource(resource)
  const mayList = (info: ResourceInfo, namespace: string | undefined): boolean => {
    try {
      server.authorize('list', info, namespace)
      return true
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      observe({ verb: 'list', info, namespace }, error.code)
      return false
    }
  }
  return {
    get: (resource, namespace, name) => {
      const found = view.get(resource, namespace, name)
      const info = infoOf(resource)
      if (info) observe({ verb: 'get', info, namespace, name }, found ? 200 : 404)
      return found as never
    },
    list: (resource, namespace, values) => {
      const info = infoOf(resource)
      if (info) observe({ verb: 'list', info, namespace }, 200)
      return view.list(resource, namespace, values) as never
    },
    ownedBy: (uid, resource) => {
      const info = infoOf(resource)
      if (info) observe({ verb: 'list', info }, 200)
      return view.ownedBy(uid, resource) as never
    },
    mentioning: (resource, namespace, text) => {
      const info = infoOf(resource)
      if (info && resource === 'events' && !mayList(info, namespace)) return []
      if (info) observe({ verb: 'list', info, namespace }, 200)
      return view.mentioning(resource, namespace, text) as never
    },
    servicesSelecting: (namespace, labels) => view.servicesSelecting(namespace, labels),
  }
}
