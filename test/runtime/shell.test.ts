// The shell of containers: its language, and scripts that wait.
import { exec, logOf, play, START, start, testPod, testWorld } from './world'

const world = testWorld()
const pod = testPod('box', { command: ['sleep', '3600'] })
start(world, pod)

function sh(script: string): string {
  const { stdout, stderr, exitCode } = exec(world, pod, 'sh', '-c', script)
  return stdout + stderr + (exitCode ? `[${exitCode}]` : '')
}

describe('language', () => {
  test.each([
    ['a command', 'echo hello', 'hello\n'],
    ['quotes', `echo 'a  b' "c  $HOME" d\\ e`, 'a  b c  /root d e\n'],
    ['variables', 'A=1; B="$A 2"; echo $B "$B" ${A}x', '1 2 1 2 1x\n'],
    ['field splitting', 'A="a   b"; for i in $A; do echo "<$i>"; done', '<a>\n<b>\n'],
    ['defaults', 'echo ${X:-none} ${X:=set} $X ${X:+yes} ${#X}', 'none set set yes 3\n'],
    ['prefix and suffix', 'F=/a/b.tar.gz; echo ${F##*/} ${F%.*} ${F%%.*} ${F#/a/}', 'b.tar.gz /a/b.tar /a/b b.tar.gz\n'],
    ['required parameter', 'echo ${X:?is needed}; echo not here', 'sh: X: is needed\n[2]'],
    ['replacement', 'A=foo.bar.baz; echo ${A/./-} ${A//./-} ${A:4:3}', 'foo-bar.baz foo-bar-baz bar\n'],
    ['and, or', 'true && echo a || echo b; false && echo a || echo b', 'a\nb\n'],
    ['not', '! false && echo yes', 'yes\n'],
    ['if', 'if [ 1 -eq 2 ]; then echo a; elif test -n x; then echo b; else echo c; fi', 'b\n'],
    ['while', 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; done', '1\n2\n3\n'],
    ['until', 'i=3; until [ $i = 0 ]; do i=$((i-1)); done; echo $i', '0\n'],
    ['for over parameters', 'set -- a "b c"; for x; do echo "[$x]"; done; echo $#', '[a]\n[b c]\n2\n'],
    ['"$@" and "$*"', 'set -- a "b c"; for x in "$@"; do echo "[$x]"; done; echo "$*"', '[a]\n[b c]\na b c\n'],
    ['break and continue', 'for i in 1 2 3 4; do [ $i = 2 ] && continue; [ $i = 4 ] && break; echo $i; done', '1\n3\n'],
    ['nested break', 'for i in 1 2; do for j in a b; do break 2; done; done; echo $i$j', '1a\n'],
    [
      'case',
      'for f in a.txt b.sh c; do case $f in *.txt) echo text;; *.sh|*.py) echo code;; *) echo other;; esac; done',
      'text\ncode\nother\n',
    ],
    ['functions', 'f() { local a=$1; echo "f $a"; return 3; }; a=0; f x; echo $? $a', 'f x\n3 0\n'],
    ['recursion', 'f() { [ $1 -le 1 ] && { echo 1; return; }; echo $(( $1 * $(f $(( $1 - 1 ))) )); }; f 5', '120\n'],
    ['substitution', 'echo "<$(echo a; echo b)>" `echo c`', '<a\nb> c\n'],
    ['nested substitution', 'echo $(echo $(echo deep))', 'deep\n'],
    ['arithmetic', 'echo $((1+2*3)) $(( (1+2)*3 )) $((7%4)) $((2**8)) $((5>3)) $((x=4)) $x', '7 9 3 256 1 4 4\n'],
    ['arithmetic that is not reckoned', 'x=1; echo $((0 && (x=5))) $((1 || (x=6))) $((1 ? 7 : (x=8))) $((0 && 1/0)) $x', '0 1 7 0 1\n'],
    ['pipes', 'echo b a c | tr " " "\\n" | sort | head -n 2', 'a\nb\n'],
    ['status of a pipe', 'false | true; echo $?; true | false; echo $?', '0\n1\n'],
    ['redirection', 'echo a > /tmp/x; echo b >> /tmp/x; cat < /tmp/x; cat /tmp/none 2> /dev/null; echo $?', 'a\nb\n1\n'],
    ['stderr to stdout', 'cat /tmp/none 2>&1 | wc -l', '1\n'],
    ['here-document', 'A=1; cat <<E\nx $A\n$((A+1))\nE\ncat <<"E"\n$A\nE', 'x 1\n2\n$A\n'],
    ['group with redirection', '{ echo a; echo b; } > /tmp/g; cat /tmp/g', 'a\nb\n'],
    ['subshell', 'A=1; (A=2; cd /tmp; echo $A); echo $A $PWD', '2\n1 /\n'],
    ['while read', 'printf "a 1\\nb 2\\n" | while read k v; do echo "$v=$k"; done', '1=a\n2=b\n'],
    ['glob', 'mkdir -p /tmp/d; touch /tmp/d/a.x /tmp/d/b.x /tmp/d/c; cd /tmp/d; echo *.x; echo *.none', 'a.x b.x\n*.none\n'],
    ['set -e', 'set -e; echo a; false; echo b', 'a\n[1]'],
    ['set -e in conditions', 'set -e; if false; then echo x; fi; false || echo b; ! true; echo c', 'b\nc\n'],
    ['set -u', 'set -u; echo $NOPE', 'sh: NOPE: parameter not set\n[2]'],
    ['exit', 'echo a; exit 7; echo b', 'a\n[7]'],
    ['exit trap', "trap 'echo bye' EXIT; exit 3", 'bye\n[3]'],
    ['environment of one command', 'A=1; A=2 env | grep ^A=; echo $A', 'A=2\n1\n'],
    ['unknown command', 'nosuch; echo $?', '127\nsh: nosuch: not found\n'],
    ['background and wait', '(sleep 2; echo late) & echo first; wait; echo done', 'first\nlate\ndone\n'],
    ['status of a background job', '(exit 4) & wait $!; echo $?', '4\n'],
    ['syntax error', 'if true; echo', 'sh: syntax error: unexpected end of file (expecting "then")\n[2]'],
    ['eval', `X='echo hi'; eval "$X there"`, 'hi there\n'],
    ['positional parameters of -c', 'echo $0 $1', 'sh\n'],
    ['printf', `printf '%s-%03d|%5.2f\\n' a 7 1.5`, 'a-007| 1.50\n'],
    ['double brackets', '[[ abc == a* && 3 -gt 2 ]] && echo yes', 'yes\n'],
    ['command -v', 'command -v cat; command -v nosuch || echo no', '/bin/cat\nno\n'],
    ['read from a file', 'echo "x y" > /tmp/r; read a b < /tmp/r; echo $b', 'y\n'],
    ['trap on a signal', "trap 'echo got' USR1; kill -USR1 $$; echo after", 'got\nafter\n'],
    ['yes | head', 'yes | head -n 2', 'y\ny\n'],
    ['comments', 'echo a # no\n# nothing\necho b', 'a\nb\n'],
    ['xargs', 'echo a b | xargs -n 1 echo x', 'x a\nx b\n'],
    ['timeout', 'timeout 2 sleep 10; echo $?', '143\n'],
    ['shift', 'set -- a b c; shift 2; echo $1', 'c\n'],
    ['getopts', 'set -- -a -b v; while getopts ab: o; do echo $o$OPTARG; done', 'a\nbv\n'],
  ])('%s', (_name, script, expected) => {
    expect(sh(script)).toBe(expected)
  })

  test('a command takes its time', () => {
    expect(exec(world, pod, 'sh', '-c', 'sleep 1.5; sleep 2').durationMs).toBe(3500)
  })

  test('an endless loop is stopped by its limit', () => {
    expect(exec(world, pod, 'sh', '-c', 'i=0; while [ $i -lt 3 ]; do i=$((i+1)); sleep 1; done; echo $i').stdout).toBe('3\n')
  })
})

describe('scripts that wait', () => {
  test('sleep suspends the script and its state is JSON', () => {
    const own = testPod('waits', { command: ['sh', '-c', 'i=0; while true; do i=$((i+1)); echo "tick $i"; sleep 10; done'] })
    const w = testWorld()
    const record = start(w, own)
    expect(record.wakeAt).toBe(START + 10_000)
    play(w, own, 25_000)
    expect(logOf(w, own)).toEqual(['tick 1', 'tick 2', 'tick 3'])
  })

  test.each([
    ['exit-after-5s', 'sleep 5; exit 3', 5000, 3],
    ['exec replaces the shell', 'exec sleep 7', 7000, 0],
    ['set -e', 'set -e; sleep 1; false; sleep 100', 1000, 1],
  ])('%s', (_name, script, at, code) => {
    const w = testWorld()
    const own = testPod('ends', { command: ['sh', '-c', script] })
    start(w, own)
    const record = play(w, own, 600_000)
    expect(record?.finishedAt).toBe(START + at)
    expect(record?.exit).toEqual({ code })
  })

  test('a loop without a pause is bounded', () => {
    const w = testWorld()
    const own = testPod('busy', { command: ['sh', '-c', 'while true; do :; done'] })
    expect(start(w, own).wakeAt).toBe(START + 1000)
    expect(play(w, own, 3_600_000)?.exit).toBeUndefined()
  })
})
