// Aliases as bash, ash and dash have them; touch -t.
import { exec, start, testPod, testWorld } from './world'

const SHELLS = { bash: ['debian:12', 'bash'], dash: ['debian:12', 'sh'], ash: ['busybox:1.36', 'sh'] } as const
type Shell = keyof typeof SHELLS

function run(shell: Shell, script: string): string {
  const [image, name] = SHELLS[shell]
  const world = testWorld()
  const pod = testPod('box', { image, command: ['sleep', '3600'] })
  start(world, pod)
  const { stdout, stderr, exitCode } = exec(world, pod, name, '-c', script)
  return stdout + stderr + (exitCode ? `[${exitCode}]` : '')
}

const ON = 'shopt -s expand_aliases\n'
const all: Shell[] = ['bash', 'dash', 'ash']

describe.each(all)('%s', (shell) => {
  const on = shell === 'bash' ? ON : ''
  test.each([
    ['stands for its text', 'alias hi="echo hello"\nhi you', 'hello you\n'],
    ['not yet on its own line', 'alias hi="echo hello"; hi 2>/dev/null || echo none\nhi', 'none\nhello\n'],
    ['with pipes and lists', 'alias up="echo abc | tr a-c A-C; echo then"\nup | cat', 'ABC\nthen\n'],
    ['does not stand for itself', 'alias echo="echo +"\necho a', '+ a\n'],
    ['nor two for each other', 'one() { echo "$@"; }\nalias one="two a"\nalias two="one b"\none x', 'b a x\n'],
    ['one in another', 'alias a="echo a"\nalias b="a b"\nb c', 'a b c\n'],
    ['a blank at its end', 'alias say="echo "\nalias who=world\nsay who; echo who', 'world\nwho\n'],
    ['quoted it is none', 'alias ls="echo no"\n\\ls /etc/hostname; "ls" /etc/hostname', '/etc/hostname\n/etc/hostname\n'],
    ['words behind it are expanded once', 'alias p="printf \'%s.\\n\'"\nx="a  b"\np "$x" $x', 'a  b.\na.\nb.\n'],
    ['in loops and functions', 'alias e="echo"\nf() {\ne in $1\n}\nfor i in 1 2; do f $i; done', 'in 1\nin 2\n'],
    ['with variables before it', 'alias show="sh -c \'echo \\$X\'"\nX=5 show', '5\n'],
    ['in a subshell too', 'alias e="echo sub"\n(e; unalias e)\ne', 'sub\nsub\n'],
    ['gone', 'alias e="echo x"\nunalias e\ne 2>/dev/null || echo gone', 'gone\n'],
    ['all gone', 'alias true=false\nunalias -a\ntrue && echo yes', 'yes\n'],
    ['its status', 'alias no="false"\nno || echo $?', '1\n'],
    ['with redirections', 'alias out="echo to"\nout file > /tmp/x\ncat /tmp/x', 'to file\n'],
  ])('%s', (_name, script, output) => expect(run(shell, on + script)).toBe(output))
})

test.each<[Shell, string, string]>([
  ['bash', "alias ll='ls -l' a=b\nalias\nalias a", "alias a='b'\nalias ll='ls -l'\nalias a='b'\n"],
  ['dash', "alias ll='ls -l' a=\"it's\"\nalias a", `a='it'"'"'s'\n`],
  ['bash', 'alias hi="echo no"\nhi', 'bash: line 2: hi: command not found\n[127]'],
  [
    'bash',
    `${ON}alias ll="ls -l"\ntype ll; type -t ll; command -v ll; command -V ll`,
    "ll is aliased to `ls -l'\nalias\nalias ll='ls -l'\nll is aliased to `ls -l'\n",
  ],
  ['ash', 'alias ll="ls -l"\ntype ll; command -v ll', "ll is an alias for ls -l\nalias ll='ls -l'\n"],
  ['bash', 'unalias x', 'bash: line 1: unalias: x: not found\n[1]'],
  ['dash', 'unalias x', 'unalias: x not found\n[1]'],
  ['ash', 'alias x', 'alias: x not found\n[1]'],
])('%s: %s', (shell, script, output) => expect(run(shell, script)).toBe(output))

test.each([
  ['202401021530', '2024-01-02 15:30:00'],
  ['2401021530.45', '2024-01-02 15:30:45'],
  ['9901021530', '1999-01-02 15:30:00'],
  ['03040506', '2026-03-04 05:06:00'],
  ['13040506', "touch: invalid date format '13040506'"],
  ['02300000', "touch: invalid date format '02300000'"],
])('touch -t %s', (stamp, shown) => {
  expect(run('bash', `touch -t ${stamp} /tmp/f && stat -c %y /tmp/f`)).toContain(shown)
})
