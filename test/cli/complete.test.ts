// Completion: what `__complete` answers the shells' scripts, and that bash's script puts it into the line.
import { spawnSync } from 'node:child_process'
import { completionScript } from '../../src/commands/completion-scripts'
import { type Shell, shell } from '../commands/shell'

let box: Shell
beforeAll(async () => {
  box = shell()
  box.write(
    'pod.yaml',
    'apiVersion: v1\nkind: Pod\nmetadata: { name: two }\nspec: { containers: [{ name: a, image: nginx }, { name: b, image: nginx }], initContainers: [{ name: i, image: busybox }] }\n',
  )
  await box.kubectl('apply -f pod.yaml')
  await box.kubectl('create deployment web --image=nginx --port=80')
  await box.kubectl('expose deployment web --port=8080 --target-port=80')
  await box.kubectl('create namespace shop')
  await box.kubectl('run other --image=nginx -n shop')
})
afterAll(() => box.remove())

/** Choices without what is said of them, then the directive. */
async function choices(line: string): Promise<string> {
  const { out, code } = await box.streams(`__completeNoDesc ${line}`)
  expect(code).toBe(0)
  return out.trimEnd().split('\n').join(' ')
}

test.each([
  ['a command', 'rol', 'rollout :4'],
  ['a subcommand', 'rollout re', 'restart resume :4'],
  ['commands after the command’s own flags', 'create -f x ""', ':0'],
  ['a topic of help', 'help create ser', 'service serviceaccount :4'],
  ['a flag', 'get --wat', '--watch --watch-only :4'],
  ['no flag twice', 'get --watch --wat', '--watch-only :4'],
  ['a flag of every command', 'get --kubeco', '--kubeconfig :4'],
  ['required flags first', 'create deployment x -', '--image :4'],
  ['and without a dash', 'create deployment x ""', '--image :0'],
  ['no flags behind --', 'exec two -- --o', ':4'],
  ['nothing more with --help', 'get --help ""', ':4'],
  ['formats', 'get -o j', 'json jsonpath jsonpath-as-json jsonpath-file :4'],
  ['a value behind =', 'get --output=y', 'yaml :4'],
  ['manifests', 'apply -f ""', 'json yaml yml :8'],
  ['a kind', 'get deploy', 'deployments.apps :4'],
  ['several kinds', 'get pods,deploy', 'pods,deployments.apps :4'],
  ['a name', 'get pods t', 'two :4'],
  ['not the same name twice', 'get pods two ""', 'web-7cd6c4f9b4-<id> :4'],
  ['a name behind a slash', 'get deploy/', 'deploy/web :4'],
  ['in another namespace', 'get pods -n shop ""', 'other :4'],
  ['a namespace', 'get pods -n sh', 'shop :4'],
  ['a Pod or what has Pods', 'logs d', 'daemonsets/ deployments/ :6'],
  ['containers', 'logs two ""', 'i a b :4'],
  ['containers of a workload’s Pod', 'logs deployments/web ""', 'nginx :4'],
  ['a container for -c', 'exec two -c ""', 'i a b :4'],
  ['a Service’s ports', 'port-forward svc/web ""', '8080:8080 :4'],
  ['ports behind the local one', 'port-forward svc/web 9090:', '9090:8080 :4'],
  ['kinds that can be rolled out', 'rollout status d', 'deployment daemonset :4'],
  ['only one object of them', 'rollout status deployment web ""', ':4'],
  ['nodes', 'drain ""', 'node-1 :4'],
  ['shells', 'completion z', 'zsh :4'],
  ['a context', 'config use-context ""', 'kubesim :4'],
  ['subresources', 'patch --subresource ""', 'status scale resize :4'],
  ['namespaces and Pods to copy from', 'cp sh', 'shop/ :2'],
])('%s: %s', async (_name, line, answer) => {
  expect((await choices(line)).replace(/web-[a-z0-9]+-[a-z0-9]{5}/, 'web-7cd6c4f9b4-<id>')).toBe(answer)
})

test('choices say what they are, and stderr what the shell is to do', async () => {
  const { out, err } = await box.streams('__complete create sec')
  expect(out).toBe('secret\tCreate a secret using a specified subcommand\n:4\n')
  expect(err).toBe('Completion ended with directive: ShellCompDirectiveNoFileComp\n')
})

test.each([
  [
    'nonsense ""',
    '[Debug] Cleared global flags for plugin completion\n[Debug] [Error] unable to find a command for arguments: [nonsense]\n',
  ],
  ['get --foo ""', '[Debug] [Error] Error while parsing flags from args [--foo]: unknown flag: --foo\n'],
  [
    'get pods --chunk-size=x ""',
    '[Debug] [Error] Error while parsing flags from args [pods --chunk-size=x]: invalid argument "x" for "--chunk-size" flag: strconv.ParseInt: parsing "x": invalid syntax\n',
  ],
])('nothing for %s', async (line, problem) => {
  const { out, err } = await box.streams(`__complete ${line}`)
  expect([out, err]).toEqual([':0\n', `${problem}Completion ended with directive: ShellCompDirectiveDefault\n`])
})

test('no words at all', async () => {
  expect(await box.kubectl('__complete')).toBe('error: requires at least 1 arg(s), only received 0\n[exit 1]')
})

describe('the script for bash', () => {
  /** What bash has to choose from when the Tab key is pressed behind `line`; the program answers from a table. */
  function press(line: string, answers: string, type = 9): string[] {
    const script = `
      kubectl() { printf '%s\\n' "$*" >>asked; printf '%b' "$ANSWERS"; }
      ${completionScript('bash', 'kubectl')}
      COMP_LINE=$LINE COMP_POINT=\${#LINE} COMP_TYPE=$TYPE COLUMNS=60
      __start_kubectl kubectl
      printf '%s\\n' "\${COMPREPLY[@]}"`
    const env = { PATH: process.env.PATH, LINE: line, ANSWERS: answers, TYPE: String(type) }
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { cwd: box.dir, env, encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout.split('\n').filter(Boolean)
  }

  test.each([
    ['names', 'kubectl get pods ', 'a\\nb\\n:4\\n', ['a', 'b']],
    ['only those that fit', 'kubectl get pods w', 'web\\ndb\\n:4\\n', ['web']],
    ['without what they are', 'kubectl cr', 'create\\tCreate a resource\\n:4\\n', ['create']],
    ['behind =', 'kubectl get --output=y', 'yaml\\n:4\\n', ['yaml']],
    ['behind a colon', 'kubectl port-forward svc/web 80:', '80:8080\\n:4\\n', ['8080']],
    ['nothing on an error', 'kubectl get x', 'a\\n:1\\n', []],
    ['files of the right kind', 'kubectl apply -f po', 'json\\nyaml\\nyml\\n:8\\n', ['pod.yaml']],
  ])('%s', (_name, line, answers, expected) => {
    expect(press(line, answers)).toEqual(expected)
  })

  test('a list says what each choice is', () => {
    expect(press('kubectl get --w', '--watch\\tGo on\\n--watch-only\\tOnly changes\\n:4\\n', 63)).toEqual([
      '--watch       (Go on)',
      '--watch-only  (Only changes)',
    ])
  })
})

test('every shell has a script', () => {
  for (const name of ['bash', 'zsh', 'fish', 'powershell'])
    expect(completionScript(name, 'kubectl')).toMatch(/kubectl __complete|__complete/)
  expect(completionScript('zsh', 'kubectl')).toMatch(/^#compdef kubectl\ncompdef _kubectl kubectl\n/)
  expect(completionScript('bash', 'kubectl')).toContain('complete -o default -F __start_kubectl kubectl')
  expect(completionScript('tcsh', 'kubectl')).toBeUndefined()
})
