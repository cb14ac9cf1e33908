// A list that is printed row by row, off the state file's shapes, is the table that is made of whole objects: sorting by name asks for those.
import { type Shell, shell } from './shell'

let many: Shell
beforeAll(async () => {
  many = shell(3)
  await many.kubectl('create deployment web --image=nginx --replicas=90')
  await many.kubectl('create deployment api --image=busybox --replicas=70')
  const [first, second] = (await many.kubectl('get pods -l app=web -o name')).split('\n')
  await many.kubectl(`label ${first} example.com/own=yes tier=x`)
  await many.kubectl(`annotate ${second} a=b`)
  await many.kubectl('cluster advance 5m')
})
afterAll(() => many.remove())

test.each([
  ['pods'],
  ['pods -o wide'],
  ['pods --show-labels'],
  ['pods -L app,tier,none'],
  ['pods --show-kind'],
  ['pods --no-headers'],
  ['pods -l tier'],
  ['pods -l app!=web'],
  ['pods -l app=web'],
  ['pods --field-selector status.phase=Running'],
  ['pods --server-print=false'],
  ['pods -n kube-system -o wide'],
  ['events'],
  ['nodes'],
])('get %s', async (words) => {
  const table = await many.kubectl(`get ${words}`)
  expect(table.split('\n').length).toBeGreaterThan(1)
  const whole = await many.kubectl(`get ${words} --sort-by=.metadata.name`)
  const order = (text: string) => text.split('\n').sort()
  // Rows of events have no order by name.
  if (words === 'events') expect(order(table)).toEqual(order(whole))
  else expect(table).toBe(whole)
})

test('get pods in a namespace without any', async () => {
  expect(await many.kubectl('get pods -n default2')).toBe('No resources found in default2 namespace.\n')
  expect(await many.kubectl('get pods -l app=no')).toBe('No resources found in default namespace.\n')
  expect(await many.kubectl('get pods -l app=no --no-headers')).toBe('No resources found in default namespace.\n')
})
