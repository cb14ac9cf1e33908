// Which requests the proxy lets through, as kubectl's filter decides.
import type { IncomingMessage } from 'node:http'
import { expressions, isAccepted, isFromElsewhere, LOCAL_HOSTS } from '../../src/commands/api-filter'

const filter = {
  acceptPaths: expressions('^.*'),
  rejectPaths: expressions('^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach'),
  acceptHosts: expressions(LOCAL_HOSTS),
  rejectMethods: expressions('^$'),
}

test.each([
  ['this machine', 'GET', '/api/v1/pods', 'localhost:8001', true],
  ['its address', 'GET', '/api/v1/pods', '127.0.0.1:8001', true],
  ['another name that leads here', 'GET', '/api/v1/pods', 'rebound.example:8001', false],
  ['a name that only begins so', 'GET', '/api/v1/pods', 'localhost.example', false],
  ['a command in a container', 'POST', '/api/v1/namespaces/default/pods/web/exec', 'localhost', false],
  ['a deletion', 'DELETE', '/api/v1/namespaces/default/pods/web', 'localhost', true],
])('%s', (_name, method, path, host, accepted) => {
  expect(isAccepted(filter, method, path, host)).toBe(accepted)
})

test.each([
  ['no page', undefined, false],
  ['a page of its own', 'http://localhost:8001', false],
  ['a page of another site', 'http://evil.example', true],
  ['a page without a site', 'null', true],
])('%s asks', (_name, origin, elsewhere) => {
  expect(isFromElsewhere({ headers: { host: 'localhost:8001', origin } } as IncomingMessage)).toBe(elsewhere)
})
