// describe: which objects, in which form, with or without their events.
import { type Shell, shell } from './shell'

const pods = ['a-1', 'a-2', 'b']
  .map((name) => `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: ${name}, labels: {kind: ${name[0]}}}\n`)
  .join('---\n')

let box: Shell
beforeAll(async () => {
  box = shell()
  box.write('accounts.yaml', pods)
  await box.kubectl('create -f accounts.yaml')
})
afterAll(() => box.remove())

function text(name: string, events: boolean): string {
  const width = events ? 'Events:              <none>\n' : ''
  return `Name:                ${name}\nNamespace:           default\nLabels:              kind=${name[0]}\nAnnotations:         <none>\nImage pull secrets:  <none>\n${width}`
}

test.each([
  ['one object with its events', 'describe sa b', text('b', true)],
  ['several without', 'describe sa a-1 b', `${text('a-1', false)}\n\n${text('b', false)}`],
  ['several with, when asked', 'describe sa -l kind=a --show-events', `${text('a-1', true)}\n\n${text('a-2', true)}`],
  ['one without, when asked', 'describe sa/b --show-events=false', text('b', false)],
  ['by the beginning of their names', 'describe sa a', `${text('a-1', false)}\n${text('a-2', false)}\n`],
  ['from a file', 'describe -f accounts.yaml', [text('a-1', false), text('a-2', false), text('b', false)].join('\n\n')],
  ['no such object', 'describe sa/none', 'Error from server (NotFound): serviceaccounts "none" not found\n[exit 1]'],
  ['no such beginning', 'describe sa none', 'Error from server (NotFound): serviceaccounts "none" not found\n[exit 1]'],
  ['no such kind', 'describe nope x', 'error: the server doesn\'t have a resource type "nope"\n[exit 1]'],
  ['nothing selected', 'describe sa -l kind=z', 'No resources found in default namespace.\n'],
  ['nothing selected anywhere', 'describe sa -A -l kind=z', 'No resources found\n'],
  [
    'nothing named',
    'describe',
    'error: You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.\n[exit 1]',
  ],
])('%s', async (_name, line, expected) => {
  expect(await box.kubectl(line)).toBe(expected)
})
