// Commands that hold objects of their own types print their fields as Go's structs have them; the others print sorted keys.
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(async () => {
  sh = shell()
  await sh.kubectl('create deployment web --image=nginx')
})
afterEach(() => sh.remove())

const KIND_FIRST = /^\{\n {4}("kind": "\w+",\n {4}"apiVersion"|"apiVersion": "v1",\n {4}"items": \[\n {8}\{\n {12}"kind")/

test.each([
  'expose deployment web --port=80',
  'expose deployment web --port=80 --dry-run=client',
  'rollout pause deployment web',
  'rollout restart deployment web',
  'rollout history deployment web --revision=1',
  'taint node node-1 a=b:NoSchedule',
  'autoscale deployment web --max=3',
  'autoscale deployment web --max=3 --dry-run=client',
  'set image deployment web nginx=nginx:2',
  'run p --image=nginx',
  'create role r --verb=get --resource=pods',
])('%s', async (line) => {
  expect(await sh.kubectl(`${line} -o json`)).toMatch(KIND_FIRST)
})

test.each(['label deployment web a=b', 'scale deployment web --replicas=2', 'get deployment web', "patch deployment web -p '{}'"])(
  '%s, which holds any object',
  async (line) => {
    expect(await sh.kubectl(`${line} -o json`)).toMatch(/^\{\n {4}"apiVersion": "apps\/v1",\n {4}"kind": "Deployment"/)
  },
)

test('rollout undo', async () => {
  await sh.kubectl('set image deployment web nginx=nginx:2')
  expect(await sh.kubectl('rollout undo deployment web -o json')).toMatch(KIND_FIRST)
})

test('nothing is said of what was never applied, unless a file names it', async () => {
  expect(await sh.kubectl('apply view-last-applied deployment web')).toBe('')
  sh.write('web.yml', await sh.kubectl('create deployment web --image=nginx --dry-run=client -o yaml'))
  expect(await sh.kubectl('apply view-last-applied -f web.yml')).toContain(
    'no last-applied-configuration annotation found on resource: web',
  )
})
