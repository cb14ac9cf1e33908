// Watching while other commands change things: each version is told, in order, as a real API server tells them.
import fs from 'node:fs'
import { type Shell, shell } from './shell'

let sh: Shell
beforeEach(async () => {
  sh = shell()
  await sh.kubectl('get ns')
})
afterEach(() => sh.remove())

/** Rows of a watch without their ages, while command lines run. */
async function watched(watch: string, ...lines: string[]): Promise<string[]> {
  const rows = sh.kubectl(`${watch} --no-headers --request-timeout=1s`)
  await new Promise((resolve) => setTimeout(resolve, 100))
  for (const line of lines) await sh.kubectl(line)
  return (await rows)
    .trimEnd()
    .split('\n')
    .map((row) => row.trim().replace(/ +/g, ' ').replace(/ \S+$/, ''))
}

test('a Pod comes and goes in steps', async () => {
  expect(await watched('get pods -w', 'run w --image=nginx', 'delete pod w')).toEqual([
    'w 0/1 Pending 0',
    'w 0/1 Pending 0',
    'w 0/1 ContainerCreating 0',
    'w 0/1 ContainerCreating 0',
    'w 1/1 Running 0',
    'w 1/1 Terminating 0',
    'w 1/1 Terminating 0',
    'w 0/1 Completed 0',
    'w 0/1 Completed 0',
    'w 0/1 Completed 0',
  ])
})

test('what a selector loses sight of goes as it was', async () => {
  const rows = await watched(
    'get pods -w -l a=b --output-watch-events',
    'run w --image=nginx -l a=b',
    'label pod w a=c --overwrite',
    'delete pod w',
  )
  expect(rows).toEqual([
    'ADDED w 0/1 Pending 0',
    'MODIFIED w 0/1 Pending 0',
    'MODIFIED w 0/1 ContainerCreating 0',
    'MODIFIED w 0/1 ContainerCreating 0',
    'MODIFIED w 1/1 Running 0',
    'DELETED w 1/1 Running 0',
  ])
})

test.each([
  ['another namespace', 'get pods -w -n kube-public', []],
  ['another name', 'get pod other -w', ['other 1/1 Running 0']],
  ['another kind', 'get configmaps -w --field-selector metadata.name!=kube-root-ca.crt', []],
])('%s is not told of', async (_name, watch, rows) => {
  await sh.kubectl('run other --image=nginx')
  expect((await watched(watch, 'run w --image=nginx', 'delete pod w')).filter((row) => row !== '')).toEqual(rows)
})

test('a rolling update is seen row by row', async () => {
  await sh.kubectl('create deployment d --image=nginx --replicas=2')
  const rows = await watched('get rs -w --watch-only', 'set image deploy/d nginx=nginx:1.26')
  const counts = rows.map((row) => row.split(' ').slice(1).join(' '))
  expect(counts[0]).toBe('1 0 0')
  expect(counts).toEqual(expect.arrayContaining(['1 1 0', '1 1 1', '2 1 1', '2 2 2', '0 0 0']))
})

test('who does not look is not written for; who is gone is forgotten', async () => {
  const journal = sh.path('state.json.watch')
  await sh.kubectl('run a --image=nginx')
  expect(fs.existsSync(journal)).toBe(false)
  await watched('get pods -w', 'run b --image=nginx')
  expect(fs.statSync(journal).size).toBeGreaterThan(0)
  expect(fs.statSync(journal).mode & 0o777).toBe(0o600)
  fs.utimesSync(journal, 1, 1)
  await sh.kubectl('run c --image=nginx')
  expect(fs.existsSync(journal)).toBe(false)
})

test('a journal that is something else, or says something else, does no harm', async () => {
  fs.symlinkSync(sh.path('elsewhere'), sh.path('state.json.watch'))
  fs.writeFileSync(sh.path('elsewhere'), 'mine')
  expect((await watched('get pods -w', 'run a --image=nginx')).at(-1)).toBe('a 1/1 Running 0')
  expect(fs.readFileSync(sh.path('elsewhere'), 'utf8')).toBe('mine')
  fs.rmSync(sh.path('state.json.watch'))
  const rows = watched('get pods -w', 'run b --image=nginx')
  await new Promise((resolve) => setTimeout(resolve, 30))
  fs.appendFileSync(sh.path('state.json.watch'), '{"half\n')
  expect((await rows).at(-1)).toBe('b 1/1 Running 0')
})
