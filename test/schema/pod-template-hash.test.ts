// The pod template's hash: as a recorded cluster and the real function gave it for the same templates.
import { podTemplateHash } from '../../src/schema/pod-template-hash'

const REST = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: {},
  schedulerName: 'default-scheduler',
}
const DONE = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', imagePullPolicy: 'IfNotPresent' }

function recorded(image: string): unknown {
  const resources = { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '128Mi' } }
  const ports = [{ name: 'http', containerPort: 80, protocol: 'TCP' }]
  const metadata = { labels: { tier: 'frontend', app: 'web' } }
  return { metadata, spec: { containers: [{ name: 'nginx', image, ports, resources, ...DONE }], ...REST } }
}

test.each<[string, string, unknown, number | undefined]>([
  ['78c79c59fb', 'a recorded Deployment', recorded('nginx:1.25'), undefined],
  ['58ccf547dc', 'its next revision', recorded('nginx:1.26'), undefined],
  [
    '6f58bc55f5',
    'next to nothing',
    {
      metadata: { labels: { a: 'b' } },
      spec: { containers: [{ name: 'c', image: 'nginx', resources: {}, ...DONE, imagePullPolicy: 'Always' }], ...REST },
    },
    undefined,
  ],
  [
    '7fd74d4c77',
    'quantities of all sorts',
    {
      spec: {
        overhead: { a: '1', b: '2500m', c: '64Mi', d: '1Gi', e: '1500', f: '12M', g: '100Ti', h: '1Ei', i: '100n', j: '1e3', k: '0' },
      },
    },
    undefined,
  ],
  [
    '759f44cf6',
    'pointers, lists, ports by name, volumes',
    {
      metadata: { annotations: { x: 'é' } },
      spec: {
        volumes: [
          { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
          { name: 'w', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }], defaultMode: 420 } },
        ],
        containers: [
          {
            name: 'c',
            image: 'i',
            args: ['a', 'b c'],
            livenessProbe: { httpGet: { port: 'http' }, periodSeconds: 10 },
            readinessProbe: { tcpSocket: { port: 80 } },
            env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
            securityContext: { runAsUser: 0, privileged: false },
          },
        ],
        tolerations: [{ key: 'x', tolerationSeconds: 0 }],
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'h', labelSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] } },
            ],
          },
        },
      },
    },
    undefined,
  ],
  ['6bd976bf5c', 'a third try', { metadata: { labels: { a: 'b' } } }, 3],
])('%s: %s', (hash, _name, template, collisions) => {
  expect(podTemplateHash(template, collisions)).toBe(hash)
})

test('what is absent and what holds nothing are the same; the order of maps is none', () => {
  const one = { metadata: { labels: { b: '1', a: '2' }, creationTimestamp: null }, spec: { containers: [], volumes: undefined } }
  expect(podTemplateHash(one)).toBe(podTemplateHash({ metadata: { labels: { a: '2', b: '1' }, annotations: {} } }))
})
