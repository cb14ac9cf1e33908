// Volumes as containers see them: parts by subPath, host paths that must be there, disks that are too full.
import { type Shell, shell } from './shell'

let sh: Shell

const pod = (name: string, container: string, volumes: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers:\n  - {name: c, image: "busybox:1.36", ${container}}\n  volumes: [${volumes}]\n`

beforeAll(async () => {
  sh = shell()
  await sh.kubectl('create configmap cm --from-literal=a=1 --from-literal=b=2')
})
afterAll(() => sh.remove())

async function start(name: string, container: string, volumes: string): Promise<void> {
  sh.write(`${name}.yaml`, pod(name, container, volumes))
  expect(await sh.kubectl(`apply -f ${name}.yaml`)).toBe(`pod/${name} created\n`)
}

const SLEEP = 'command: [sleep, 1d]'

describe('parts of volumes', () => {
  beforeAll(() =>
    start(
      'parts',
      `${SLEEP}, volumeMounts: [{name: cm, mountPath: /cm}, {name: cm, mountPath: /etc/one.conf, subPath: a}, {name: cm, mountPath: /etc/none, subPath: zzz}, {name: items, mountPath: /x, subPath: x}, {name: tmp, mountPath: /t, subPath: deep/er}]`,
      '{name: cm, configMap: {name: cm}}, {name: items, configMap: {name: cm, items: [{key: b, path: x/y.txt, mode: 384}]}}, {name: tmp, emptyDir: {}}',
    ),
  )

  test.each([
    ['a key as a file', 'cat /etc/one.conf', '1'],
    ['a path that items made', 'stat -c "%a %F" /x/y.txt', '600 regular file\n'],
    ['a part that there is not is an empty directory', 'ls -d /etc/none; ls -A /etc/none', '/etc/none\n'],
    ['the kubelet makes the directories of an emptyDir', 'echo w > /t/f; cat /t/f', 'w\n'],
    ['files of a ConfigMap cannot be written', '(echo w > /cm/a) 2>/dev/null || echo refused', 'refused\n'],
    [
      'mounts are what they are',
      'mount | grep -E " (/cm|/t) "',
      '/dev/vda1 on /cm type ext4 (ro,relatime)\n/dev/vda1 on /t type ext4 (rw,relatime)\n',
    ],
  ])('%s', async (_name, script, output) => {
    expect(await sh.kubectl(`exec parts -- sh -c '${script}'`)).toBe(output)
  })

  test('a part stays what it was when the container started', async () => {
    await sh.kubectl(`patch configmap cm -p '{"data":{"a":"9"}}'`)
    expect(await sh.kubectl(`exec parts -- sh -c 'cat /cm/a /etc/one.conf'`)).toBe('91')
    await sh.kubectl(`patch configmap cm -p '{"data":{"a":"1"}}'`)
  })
})

describe('host paths', () => {
  test.each([
    ['directory', '/nope', 'Directory', ', /nope is not a directory, unable to determine its type: path "/nope" does not exist'],
    ['socket', '/etc/passwd', 'Socket', ": /etc/passwd is not a socket file, it's a File"],
    ['file', '/var/log', 'File', ": /var/log is not a file, it's a Directory"],
    ['device', '/var/log', 'CharDevice', ": /var/log is not a character device, it's a Directory"],
    ['block', '/dev/null', 'BlockDevice', ": /dev/null is not a block device, it's a CharDevice"],
  ])('a %s that is none', async (name, path, type, words) => {
    await start(`host-${name}`, `${SLEEP}, volumeMounts: [{name: h, mountPath: /h}]`, `{name: h, hostPath: {path: ${path}, type: ${type}}}`)
    expect(await sh.kubectl(`get pod host-${name} --no-headers`)).toMatch(/ContainerCreating/)
    expect(await sh.kubectl(`events --for pod/host-${name}`)).toContain(
      `MountVolume.SetUp failed for volume "h" : hostPath type check failed${words}\n`,
    )
  })

  test.each([
    ['made', '/data/new', 'FileOrCreate', '-rw'],
    ['directory', '/data/dir', 'DirectoryOrCreate', 'drw'],
    ['known', '/var/log', 'Directory', 'drw'],
    ['unchecked', '/anything', '""', 'drw'],
  ])('one that is there or %s', async (name, path, type, mode) => {
    await start(
      `there-${name}`,
      `${SLEEP}, volumeMounts: [{name: h, mountPath: /h}]`,
      `{name: h, hostPath: {path: ${path}, type: ${type}}}`,
    )
    expect(await sh.kubectl(`exec there-${name} -- ls -ld /h`)).toMatch(new RegExp(`^${mode}`))
  })
})

describe('disks', () => {
  const fill = (path: string) => `command: [sh, -c, "head -c 2000000 /dev/zero > ${path}; sleep 1d"]`

  test.each([
    ['volume', `${fill('/v/f')}, volumeMounts: [{name: v, mountPath: /v}]`, 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '],
    [
      'layer',
      `${fill('/f')}, resources: {limits: {ephemeral-storage: 1Mi}}`,
      'Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ',
    ],
  ])('a %s over its limit has the Pod evicted', async (name, container, message) => {
    await start(`full-${name}`, container, '{name: v, emptyDir: {sizeLimit: 1Mi}}')
    await sh.kubectl('cluster advance 12s')
    const fields = "-o jsonpath='{.status.phase} {.status.reason} {.status.message}'"
    expect(await sh.kubectl(`get pod full-${name} ${fields}`)).toBe(`Failed Evicted ${message}`)
    expect(await sh.kubectl(`events --for pod/full-${name}`)).toMatch(/Warning +Evicted/)
  })

  test('what is typed in counts as well', async () => {
    await start('typed', `${SLEEP}, volumeMounts: [{name: v, mountPath: /v}]`, '{name: v, emptyDir: {sizeLimit: 1Mi}}')
    await sh.kubectl('cluster advance 30s')
    await sh.kubectl(`exec typed -- sh -c 'head -c 2000000 /dev/zero > /v/f'`)
    await sh.kubectl('cluster advance 12s')
    expect(await sh.kubectl("get pod typed -o jsonpath='{.status.reason}'")).toBe('Evicted')
  })
})
