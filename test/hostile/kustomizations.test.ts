// Kustomizations and image descriptions made to hurt: nothing outside of their own place is read, nothing asked of the network, no end
// is missed; each ends with one error, and the state as it was.
import fs from 'node:fs'
import { type Shell, shell } from '../commands/shell'
import { tried } from '../torture/tried'

jest.setTimeout(60_000)

let box: Shell
let before: Buffer
beforeEach(async () => {
  box = shell()
  await box.kubectl('create configmap web')
  before = fs.readFileSync(box.path('state.json'))
  fs.mkdirSync(box.path('k'))
  box.write('secret', 'planted-value')
})
afterEach(() => box.remove())

const files = (list: string[]) => `configMapGenerator:\n- name: x\n  files: [${list.join(', ')}]\n`

const KUSTOMIZATIONS: [string, (write: (name: string, text: string) => void, dir: string) => void, RegExp][] = [
  ['with a file above it', (write) => write('kustomization.yaml', files(['../secret'])), /security; file '\S+' is not in or below/],
  [
    'with a file by its full name',
    (write) => write('kustomization.yaml', files(['/etc/passwd'])),
    /security; file '\S+' is not in or below/,
  ],
  [
    'with a link that leads out',
    (write, dir) => {
      fs.symlinkSync('../secret', `${dir}/inside`)
      write('kustomization.yaml', files(['inside']))
    },
    /security; file '\S+' is not in or below/,
  ],
  [
    'with a link to what never ends',
    (write, dir) => {
      fs.symlinkSync('/dev/zero', `${dir}/inside`)
      write('kustomization.yaml', files(['inside']))
    },
    /security; file '\S+' is not in or below/,
  ],
  [
    'with a link to itself',
    (write, dir) => {
      fs.symlinkSync('inside', `${dir}/inside`)
      write('kustomization.yaml', files(['inside']))
    },
    /error: /,
  ],
  ['that is its own base', (write) => write('kustomization.yaml', 'resources: [.]\n'), /cycle detected/],
  [
    'whose bases go round',
    (write) => {
      write('kustomization.yaml', 'resources: [a]\n')
      write('a/kustomization.yaml', 'resources: [../b]\n')
      write('b/kustomization.yaml', 'resources: [../a]\n')
    },
    /cycle detected/,
  ],
  ...['https://example.com/x', 'github.com/a/b', 'git@github.com:a/b', 'ssh://example.com/x', 'git::https://example.com/x'].map(
    (base): (typeof KUSTOMIZATIONS)[number] => [
      `with the remote base ${base}`,
      (write) => write('kustomization.yaml', `resources: ['${base}']\n`),
      /kubesim works without a network/,
    ],
  ),
  [
    'of three hundred bases in each other',
    (write) => {
      for (let i = 0; i < 300; i++) write(`${i ? `b${i}/` : ''}kustomization.yaml`, `resources: [${i ? '../' : ''}b${i + 1}]\n`)
      write('b300/kustomization.yaml', 'resources: [x.yaml]\n')
      write('b300/x.yaml', 'kind: Nothing\n')
    },
    /error: /,
  ],
  [
    'whose bases double',
    (write) => {
      for (let i = 0; i < 24; i++) {
        const next = `${i ? '../' : ''}b${i + 1}`
        write(`${i ? `b${i}/` : ''}kustomization.yaml`, `resources: [${next}, ${next}/.]\n`)
      }
      write('b24/kustomization.yaml', 'resources: [x.yaml]\n')
      write('b24/x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n')
    },
    /may not add resource with an already registered id|error: /,
  ],
  [
    'of a file of 200 MB',
    (write, dir) => {
      write('kustomization.yaml', files(['big']))
      fs.writeFileSync(`${dir}/big`, '')
      fs.truncateSync(`${dir}/big`, 200 << 20)
    },
    /larger than 134217728 bytes/,
  ],
  ['of aliases of aliases', (write) => write('kustomization.yaml', aliases()), /error: /],
  ['of brackets without end', (write) => write('kustomization.yaml', `resources: ${'['.repeat(100_000)}`), /error: /],
  ['with keys of objects', (write) => write('kustomization.yaml', '__proto__: {a: b}\nconstructor: x\n'), /error: /],
  [
    'whose pattern never ends',
    (write) => {
      write('x.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${'a'.repeat(60)}}\n`)
      write(
        'kustomization.yaml',
        `resources: [x.yaml]\npatches:\n- target: {name: '(a+)+b'}\n  patch: '[{"op":"remove","path":"/data"}]'\n`,
      )
    },
    /error: |created/,
  ],
]

function aliases(): string {
  const levels = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(8)}*a${i}]\n`)
  return `a0: &a0 [x,x]\n${levels.join('')}`
}

test.each(KUSTOMIZATIONS)('a kustomization %s', async (_what, make, says) => {
  const dir = box.path('k')
  make((name, text) => {
    box.mkdir(`k/${name}`.replace(/\/[^/]*$/, ''))
    box.write(`k/${name}`, text)
  }, dir)
  const answer = await box.kubectl('create -k k')
  expect(answer).toMatch(says)
  expect(answer).not.toMatch(/failed unexpectedly|planted-value|root:x/)
  if (!answer.includes('created')) expect(fs.readFileSync(box.path('state.json')).equals(before)).toBe(true)
  tried('a kustomization or an image description made to hurt', 1)
})

test.each([
  ['with a path for a name', 'image: ../../etc/passwd\n', /image: invalid reference format/],
  ['with a name of escapes', 'image: "a\\e[31m"\n', /image: invalid reference format/],
  ['with the key of all objects', '__proto__: {a: b}\nimage: x\n', /unknown field/],
  ['that names a machine elsewhere', 'image: x\nlisten: [{port: 80, process: "10.0.0.1:80"}]\n', /must be 127\.0\.0\.1:PORT/],
  ['that names a socket', 'image: x\nlisten: [{port: 80, process: /run/docker.sock}]\n', /must be 127\.0\.0\.1:PORT/],
  ['with a port too many', 'image: x\nlisten: [{port: 65536}]\n', /must be a port from 1 to 65535/],
  ['with a number beyond numbers', 'image: x\nsize: 1e999\n', /size/],
  ['with a time without end', 'image: x\nstartupTime: 99999999999h\n', /startupTime: must be a duration|added/],
  ['of aliases of aliases', aliases(), /excessive aliasing|image: is missing|unknown field/],
  ['of brackets without end', `image: x\nfiles: ${'['.repeat(100_000)}`, /exceeded max depth/],
  ['of 200 MB', `image: x\nfiles: {a: ${'x'.repeat(200 << 20)}}\n`, /larger than 134217728 bytes/],
  ['of a hundred thousand ports', `image: x\nlisten:\n${'- {port: 80}\n'.repeat(100_000)}`, /./],
])('an image description %s', async (_what, text, says) => {
  box.write('image.yaml', text)
  const answer = await box.kubectl('image add image.yaml')
  expect(answer.slice(0, 1000)).toMatch(says)
  expect(answer.slice(0, 1000)).not.toMatch(/failed unexpectedly|\x1b/)
  await box.kubectl('run web --image=x')
  expect(await box.kubectl('get pods -o name')).toBe('pod/web\n')
  tried('a kustomization or an image description made to hurt', 1)
})

test('the files of an image are the container’s alone', async () => {
  box.write('image.yaml', 'image: x\nfiles: {../../escape: a, /etc/passwd: b, "/a/../../../escape": c}\n')
  await box.kubectl('image add image.yaml')
  await box.kubectl('run web --image=x')
  await box.kubectl('exec web -- sh -c "echo x >/../../../escape; ls -la / /etc"')
  expect(fs.readdirSync(box.dir).filter((name) => name.includes('escape'))).toEqual([])
  expect(fs.existsSync('/escape')).toBe(false)
})
