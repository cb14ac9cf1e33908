// kube-apiserver, as Pods see it over TLS.
import type { HttpResponse } from '../process'
import { component, healthy, image } from './component'
import { plain } from './servers'

const FORBIDDEN = (path: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: `forbidden: User "system:anonymous" cannot get path "${path}"`,
  reason: 'Forbidden',
  details: {},
  code: 403,
})

export const apiserver = image(
  ['registry.k8s.io/kube-apiserver'],
  'kube-apiserver',
  27_060_000,
  component(
    [{ port: 6443, tls: true }],
    () => [],
    (path) => {
      if (healthy(path)?.body === 'ok') return plain('ok')
      const json = (status: number, body: unknown): HttpResponse => ({
        status,
        headers: { 'content-type': 'application/json' },
        body: `${JSON.stringify(body, null, 2)}\n`,
      })
      if (path === '/version') return json(200, { major: '1', minor: '37', gitVersion: 'v1.37.2', platform: 'linux/amd64' })
      return json(403, FORBIDDEN(path))
    },
  ),
)
