// The same seed and clock give the same state, byte for byte, over the whole lesson; another seed gives another one.
import fs from 'node:fs'
import path from 'node:path'
import { Cli } from '../network/cli'

const ROOT = path.join(__dirname, '..', '..')
const lesson = fs.readFileSync(path.join(ROOT, 'test', 'transcripts', 'lesson.txt'), 'utf8')

const { play } = jest.requireActual<{
  play(text: string, show: (step: { command: string; problem?: string }) => void, variables: object, ended: (dir: string) => void): number
}>('../../scripts/transcript.cjs')

/** The lesson's command lines; what needs a shell is left out, as the second test has it. */
const LINES = lesson
  .split('\n')
  .filter((line) => /^\$ (kubectl|kubesim) /.test(line) && !/[&;]|\$\(/.test(line))
  .map((line) => line.slice(2).replace(/ \|.*/, '').replaceAll('manifests/', `${ROOT}/manifests/`))

/** What else draws chance or takes time: Pods that come and go, requests, a shell, jobs. */
const MORE = [
  'kubectl create deployment web --image=nginx:1.25 --replicas=3',
  'kubectl expose deployment web --port=80 --type=NodePort',
  'kubesim cluster advance 90s',
  'kubesim hit web -n 50',
  'kubectl run tool --image=busybox --restart=Never -- sleep 5',
  'kubectl rollout restart deployment web',
  'kubesim cluster advance 10m',
  'kubectl create job once --image=busybox -- false',
  'kubesim cluster advance 1h',
  'kubectl exec deployment/web -- curl -s http://web',
  'kubectl delete deployment web --force',
]

async function played(seed: string): Promise<string> {
  const cli = new Cli({ KUBESIM_SEED: seed, KUBESIM_CLOCK: '2026-11-23T17:00:00Z', KUBESIM_NODES: '3' })
  try {
    for (const line of [...LINES, ...MORE]) {
      // The wall clock goes on; the cluster's does not.
      cli.now += 1234
      await cli.shell(line)
    }
    return fs.readFileSync(path.join(cli.dir, 'state.json'), 'utf8')
  } finally {
    cli.remove()
  }
}

test('there is a lesson to play', () => {
  expect(LINES.length).toBeGreaterThan(20)
})

test('the same seed and clock give the same state', async () => {
  const first = await played('lesson')
  expect(await played('lesson')).toBe(first)
  expect(await played('another')).not.toBe(first)
}, 120_000)

/** A port of this test's own: others play the lesson at the same time. What waits a while for the forwarder waits until it listens. */
const PORT = 13_000 + (process.pid % 1000)
const inShell = lesson
  .replaceAll('3000:8080', `${PORT}:8080`)
  .replaceAll('localhost:3000', `localhost:${PORT}`)
  .replaceAll('sleep 2', `until (exec 3<>/dev/tcp/127.0.0.1/${PORT}) 2> /dev/null; do sleep 0.1; done`)

/** The whole lesson in bash, with its pipes, `$(...)`, loops and what runs in the background. */
function playedInShell(): string {
  let state = ''
  const problems: string[] = []
  play(
    inShell,
    ({ command, problem }) => {
      if (problem) problems.push(`$ ${command}\n${problem}`)
    },
    { KUBESIM_SEED: 'lesson', KUBESIM_CLOCK: '2026-11-23T17:00:00Z' },
    (dir) => {
      state = fs.readFileSync(path.join(dir, 'state.json'), 'utf8')
    },
  )
  expect(problems).toEqual([])
  return state
}

test('so do pipes, loops, substitutions and a forwarder in the background', () => {
  expect(inShell).toMatch(/^\$ nohup .* & .*until /m)
  const first = playedInShell()
  expect(first).toContain('"random"')
  expect(playedInShell()).toBe(first)
}, 240_000)
