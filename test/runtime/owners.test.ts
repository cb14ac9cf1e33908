// Whose files and processes are: the security context's user and groups, as ls, stat, id, ps and chown show them.
import type { Container, KubeObject } from '../../src/api/types'
import { execInContainer } from '../../src/runtime/exec'
import { start, testPod, testWorld } from './world'

interface Given {
  image?: string
  own?: Record<string, unknown>
  whole?: Record<string, unknown>
  volumes?: unknown[]
  objects?: Record<string, KubeObject[]>
}

/** A container with the volume `v` at /data/demo. */
function box({ image = 'busybox:1.28', own = {}, whole = {}, volumes = [{ name: 'v', emptyDir: {} }], objects = {} }: Given) {
  const container = {
    name: 'demo',
    image,
    command: ['sh', '-c', 'sleep 1h'],
    volumeMounts: [{ name: 'v', mountPath: '/data/demo' }],
    securityContext: own,
  } as unknown as Container
  const pod = testPod('p', container, '10.244.0.9', { securityContext: whole, volumes } as never)
  const world = testWorld({ ...objects, pods: [pod] })
  const [demo] = pod.spec.containers
  start(world, pod, demo)
  return (command: string) => {
    const result = execInContainer(world, pod, demo, ['sh', '-c', command])
    return 'message' in result ? result.message : result.stdout + result.stderr
  }
}

const LESSON = { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [4000] }

test('the lesson about security contexts: ps, ls, id', () => {
  const run = box({ whole: LESSON })
  expect(run('ps')).toBe(
    'PID   USER     TIME  COMMAND\n    1 1000      0:00 sh -c sleep 1h\n    7 1000      0:00 sh -c ps\n    8 1000      0:00 ps\n',
  )
  expect(run('ls -l /data')).toMatch(/^total 4\ndrwxrwsrwx {4}2 root {5}2000 {10}4096 .* demo\n$/)
  expect(run('cd /data/demo; echo hello > testfile; ls -l')).toMatch(/^total 4\n-rw-r--r-- {4}1 1000 {5}2000 {13}6 .* testfile\n$/)
  expect(run('id')).toBe('uid=1000 gid=3000 groups=2000,3000,4000\n')
})

test('a directory made in such a volume gives its group on', () => {
  expect(box({ whole: LESSON })('cd /data/demo; mkdir d; echo > d/f; stat -c "%a %u %g" d d/f')).toBe('2755 1000 2000\n644 1000 2000\n')
})

test('the container has the last word about its user', () => {
  const run = box({ whole: { runAsUser: 1000 }, own: { runAsUser: 2000 } })
  expect(run('ps | grep sleep')).toMatch(/^ {4}1 2000 {6}0:00 sh -c sleep 1h\n/)
  expect(run('id; whoami')).toBe('uid=2000 gid=0(root) groups=0(root)\nwhoami: unknown uid 2000\n')
})

test('a user the image knows comes with its group', () => {
  expect(box({ image: 'debian:12', own: { runAsUser: 33 } })('id; touch /tmp/f; ls -l /tmp/f')).toMatch(
    /^uid=33\(www-data\) gid=33\(www-data\) groups=33\(www-data\)\n-rw-r--r-- 1 www-data www-data 0 .* \/tmp\/f\n$/,
  )
  expect(box({ image: 'curlimages/curl' })('id')).toBe('uid=100(curl_user) gid=101(curl_group) groups=101(curl_group)\n')
})

test('GNU names the main group first and puts numbers to the right', () => {
  const run = box({ image: 'debian:12', whole: LESSON })
  expect(run('id')).toBe('uid=1000 gid=3000 groups=3000,2000,4000\n')
  expect(run('touch /data/demo/f; ls -ld /data/demo /data/demo/f')).toMatch(
    /^drwxrwsrwx 2 root 2000 4096 .* \/data\/demo\n-rw-r--r-- 1 1000 2000 {4}0 .* \/data\/demo\/f\n$/,
  )
})

test('an init step hands a volume over: chown -R and chgrp', () => {
  const run = box({})
  expect(run('cd /data/demo; mkdir -p a/b; touch a/b/c; chown -R 999:www-data a; chgrp 7 a/b; stat -c "%u:%G" a a/b a/b/c')).toBe(
    '999:www-data\n999:lp\n999:www-data\n',
  )
  expect(run('ls -ln /data/demo')).toMatch(/^total 4\ndrwxr-xr-x {4}2 999 {6}33 {12}4096 .* a\n$/)
  expect(run('chown nosuch /data/demo; chown 1 /data/demo/none')).toBe(
    'chown: unknown user nosuch\nchown: /data/demo/none: No such file or directory\n',
  )
})

test('only root gives files away, and nobody those of a read-only volume', () => {
  expect(box({ own: { runAsUser: 1000 } })('touch /data/demo/f; chown 0 /data/demo/f')).toBe(
    'chown: /data/demo/f: Operation not permitted\n',
  )
  const configMap = { metadata: { name: 'c', namespace: 'default' }, data: { k: 'v' } } as unknown as KubeObject
  const given = { volumes: [{ name: 'v', configMap: { name: 'c' } }], objects: { configmaps: [configMap] } }
  expect(box(given)('chown 7 /data/demo')).toBe('chown: /data/demo: Read-only file system\n')
  expect(box({ ...given, image: 'debian:12' })('chown 7 /data/demo')).toBe(
    "chown: changing ownership of '/data/demo': Read-only file system\n",
  )
})

test('volumes the kubelet makes are open to all; those in memory are sticky', () => {
  const mode = (volume: object, whole = {}) => box({ volumes: [{ name: 'v', ...volume }], whole })('stat -c "%A %g" /data/demo').trim()
  expect(mode({ emptyDir: {} })).toBe('drwxrwxrwx 0')
  expect(mode({ emptyDir: { medium: 'Memory' } })).toBe('drwxrwxrwt 0')
  expect(mode({ projected: { sources: [] } })).toBe('drwxrwxrwt 0')
  expect(mode({ projected: { sources: [] } }, { fsGroup: 5 })).toBe('drwxrwsrwt 5')
  expect(mode({ hostPath: { path: '/x' } }, { fsGroup: 5 })).toBe('drwxr-xr-x 0')
})

const USER = { runAsUser: 1000, runAsGroup: 3000 }

test('a user who is not root writes where the modes let it', () => {
  const run = box({ own: USER })
  expect(run('echo hi > /testfile')).toBe("sh: can't create /testfile: Permission denied\n")
  expect(run('touch /etc/x; mkdir /usr/share/y; mkdir -p /opt/a/b; rm /etc/passwd; echo x >> /etc/hosts')).toBe(
    [
      'touch: /etc/x: Permission denied',
      "mkdir: can't create directory '/usr/share/y': Permission denied",
      "mkdir: can't create directory '/opt/a/': Permission denied",
      "rm: can't remove '/etc/passwd': Permission denied",
      "sh: can't create /etc/hosts: Permission denied\n",
    ].join('\n'),
  )
  expect(run('echo hi > /tmp/f; cat /tmp/f; echo hi > /data/demo/g; mkdir /data/demo/d; rm -r /tmp/f /data/demo/d; ls /data/demo')).toBe(
    'hi\ng\n',
  )
  expect(run('chmod 600 /etc/hosts; chmod 400 /data/demo/g; echo more > /data/demo/g; cat /data/demo/g')).toBe(
    "hi\nchmod: /etc/hosts: Operation not permitted\nsh: can't create /data/demo/g: Permission denied\n",
  )
  expect(run('[ -w /etc ] || echo no; test -w /tmp && echo yes; echo > /dev/null')).toBe('no\nyes\n')
})

test('GNU and bash say so in their words', () => {
  const run = box({ own: USER, image: 'debian:12' })
  expect(run('touch /x; mkdir /y; rm /etc/passwd')).toBe(
    "touch: cannot touch '/x': Permission denied\nmkdir: cannot create directory '/y': Permission denied\nrm: cannot remove '/etc/passwd': Permission denied\n",
  )
  expect(run('bash -c "echo > /x"')).toBe('bash: line 1: /x: Permission denied\n')
})

test('a secret with mode 0400 is for root, unless the volume has a group', () => {
  const secret = { metadata: { name: 's', namespace: 'default' }, data: { k: 'dg==' } } as unknown as KubeObject
  const volumes = [{ name: 'v', secret: { secretName: 's', defaultMode: 0o400 } }]
  const read = (whole: Record<string, unknown>) =>
    box({ whole, volumes, objects: { secrets: [secret] } })('cat /data/demo/k; cat < /data/demo/k')
  expect(read({})).toBe('vv')
  expect(read(USER)).toBe("cat: can't open '/data/demo/k': Permission denied\nsh: can't open /data/demo/k: Permission denied\n")
  expect(read({ ...USER, fsGroup: 2000 })).toBe('vv')
})

test('what belongs to others in a directory for all stays', () => {
  const volumes = [{ name: 'v', emptyDir: { medium: 'Memory' } }]
  const pods = box({ volumes, own: USER })
  expect(pods('rm -f /tmp/none; touch /data/demo/mine; rm /data/demo/mine; ls /data/demo')).toBe('')
})
