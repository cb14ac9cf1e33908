// kubectl drain when budgets stand in the way: it tries again, gives up, and says what is left.
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(async () => {
  box = shell()
  await box.kubectl('run bare --image=nginx:1.25 --labels=app=web')
  await box.kubectl('create pdb held --selector=app=web --min-available=1')
})
afterEach(() => box.remove())

const HELD = `error when evicting pods/"bare" -n "default" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\n`
const SEVERAL = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'

function givenUp(reason: string): string {
  return `There are pending pods in node "node-1" when an error occurred: ${reason}
pod/bare
error: unable to drain node "node-1" due to error: ${reason}, continuing command...
There are pending nodes to be drained:
 node-1
`
}

test.each([
  [
    'a budget holds on until the time is over: it is noticed at the next try',
    '--force --timeout=6s',
    `node/node-1 cordoned\n${'evicting pod default/bare\n'.repeat(3)}`,
    `Warning: deleting Pods that declare no controller: default/bare\n${HELD}${HELD}${givenUp('error when evicting pods/"bare" -n "default": global timeout reached: 6s')}error when evicting pods/"bare" -n "default": global timeout reached: 6s\n`,
  ],
  [
    'only tried by the client',
    '--force --dry-run=client',
    'node/node-1 cordoned (dry run)\nevicting pod default/bare (dry run)\nnode/node-1 drained (dry run)\n',
    'Warning: deleting Pods that declare no controller: default/bare\n',
  ],
  [
    'deleted past the budget',
    '--force --disable-eviction',
    'node/node-1 cordoned\npod/bare deleted\nnode/node-1 drained\n',
    'Warning: deleting Pods that declare no controller: default/bare\n',
  ],
])('%s', async (_, flags, out, err) => {
  const got = await box.streams(`drain node-1 ${flags}`)
  expect([got.out, got.err]).toEqual([out, err])
})

test('two budgets for one Pod are an error at once', async () => {
  await box.kubectl('create pdb held-too --selector=app=web --min-available=1')
  const { out, err } = await box.streams('drain node-1 --force')
  expect(out).toBe('node/node-1 cordoned\nevicting pod default/bare\n')
  const reason = `error when evicting pods/"bare" -n "default": ${SEVERAL}`
  expect(err).toBe(`Warning: deleting Pods that declare no controller: default/bare\n${givenUp(reason)}${reason}\n`)
})

test('what ails the only node is told line by line', async () => {
  box.write(
    'pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: {name: kept}\nspec: {containers: [{name: c, image: nginx}], volumes: [{name: e, emptyDir: {}}]}\n',
  )
  await box.kubectl('create -f pod.yaml')
  const [local, bare] = [
    'cannot delete Pods with local storage (use --delete-emptydir-data to override): default/kept',
    'cannot delete Pods that declare no controller (use --force to override): default/bare',
  ]
  expect(await box.kubectl('drain node-1')).toContain(`There are pending nodes to be drained:\n node-1\n${bare}\n${local}\n`)
})
