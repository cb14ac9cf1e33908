import { GoTemplate } from '../../src/lib/go-template'

const pod = {
  kind: 'Pod',
  metadata: { name: 'multi', labels: { app: 'shop', 'example.com/team': 'blue' } },
  spec: {
    nothing: null,
    empty: [],
    replicas: 3,
    share: 1234567.5,
    html: '<a href="x">\'',
    containers: [{ name: 'web', ports: [{ containerPort: 80 }] }, { name: 'box', tty: true }, { name: 'log' }],
  },
}

const prints: { template: string; out: string }[] = [
  { template: 'a {{- .kind -}} b', out: 'aPodb' },
  { template: '{{/* nothing */}}{{.metadata.name}}{{"\\n"}}', out: 'multi\n' },
  { template: '{{.nope}} {{.nope.deeper}} {{.spec.nothing}}', out: '<no value> <no value> <no value>' },
  {
    template: '{{.metadata.labels}} {{(index .spec.containers 0).ports}}',
    out: 'map[app:shop example.com/team:blue] [map[containerPort:80]]',
  },
  { template: "{{.spec.replicas}} {{.spec.share}} {{1e3}} {{0x1F}} {{'a'}}", out: '3 1.2345675e+06 1000 31 97' },
  { template: '{{range .spec.containers}}{{.name}} {{end}}', out: 'web box log ' },
  { template: '{{range $i, $c := .spec.containers}}{{$i}}={{$c.name}};{{end}}', out: '0=web;1=box;2=log;' },
  { template: '{{range $k, $v := .metadata.labels}}{{$k}}={{$v}},{{end}}', out: 'app=shop,example.com/team=blue,' },
  { template: '{{range .spec.empty}}x{{else}}none{{end}}{{range .nope}}x{{else}}none{{end}}', out: 'nonenone' },
  { template: '{{range .spec.containers}}{{if eq .name "box"}}{{continue}}{{end}}{{.name}}{{break}}{{end}}', out: 'web' },
  { template: '{{range 3}}{{.}}{{end}}', out: '012' },
  { template: '{{if .nope}}a{{else if eq .kind "Pod"}}b{{else}}c{{end}}', out: 'b' },
  { template: '{{with .metadata}}{{.name}}{{end}}{{with $x := .nope}}{{else with .kind}}{{.}}{{end}}', out: 'multiPod' },
  { template: '{{$x := 1}}{{range .spec.containers}}{{$x = .name}}{{end}}{{$x}}', out: 'log' },
  {
    template: '{{define "x"}}[{{.}}]{{end}}{{template "x" .kind}}{{template "x"}}{{block "y" 2}}<{{.}}>{{end}}',
    out: '[Pod][<no value>]<2>',
  },
  { template: '{{.kind | printf "%s-%d" "a" | len}}', out: '17' },
  {
    template: '{{index .metadata.labels "example.com/team"}} {{index .metadata.labels "nope"}} {{index .kind 0}}',
    out: 'blue <no value> 80',
  },
  { template: '{{slice .kind 1 2}} {{slice .spec.containers 2}} {{len (slice .kind 1)}}', out: 'o [map[name:log]] 2' },
  { template: '{{and true .kind}} {{or .nope .kind}} {{not .nope}}', out: 'Pod Pod true' },
  { template: '{{or .kind .kind.x}} {{and false .kind.x}}', out: 'Pod false' },
  {
    template: '{{eq 1 2 1}} {{ne "a" "b"}} {{lt 1 2}} {{le 2 2}} {{gt 1.5 1.0}} {{ge "b" "a"}} {{eq .spec.replicas 3}} {{eq .nope nil}}',
    out: 'true true true true true true true true',
  },
  { template: '{{print 1 2 "a" 3 nil}}|{{println "a" 1}}', out: '1 2a3 <nil>|a 1\n' },
  {
    template: '{{html .spec.html}} {{js "a\\"<\\n"}} {{urlquery "a b/~*"}}',
    out: '&lt;a href=&#34;x&#34;&gt;&#39; a\\"\\u003C\\u000A a+b%2F~%2A',
  },
  { template: '{{exists . "metadata" "name"}} {{exists .spec.containers 9}} {{exists .kind 1}}', out: 'true false true' },
  { template: '{{base64decode "aGk="}}', out: 'hi' },
  {
    template: '{{printf "%v|%5d|%-5d|%05d|%+d|%x|%q|%t|%5.2f|%T|%c|%U" .kind 42 42 42 42 255 "a\\n" true 3.14159 .spec 65 65}}',
    out: 'Pod|   42|42   |00042|+42|ff|"a\\n"|true| 3.14|map[string]interface {}|A|U+0041',
  },
  { template: '{{printf "%d %s %!" "x" 1 2}}', out: '%!d(string=x) %!s(int=1) %!!(int=2)' },
  {
    template: '{{printf "%[2]v %[1]v %[9]d" 1 2}} {{printf "%d"}} {{printf "a" 1 nil}} {{printf "%*d|%.*f" 4 1 1 2.55}}',
    out: '2 1 %!d(BADINDEX) %!d(MISSING) a%!(EXTRA int=1, <nil>)    1|2.5',
  },
  {
    template: '{{printf "%#v" .metadata}}',
    out: 'map[string]interface {}{"labels":map[string]interface {}{"app":"shop", "example.com/team":"blue"}, "name":"multi"}',
  },
]

test.each(prints)('prints $template', ({ template, out }) => {
  expect(new GoTemplate(template).print(pod)).toBe(out)
})

const unreadable: { template: string; message: string }[] = [
  { template: '{{.kind', message: 'template: output:1: unclosed action' },
  { template: 'a\n{{.kind\n', message: 'template: output:3: unclosed action started at output:2' },
  { template: '{{end}}', message: 'template: output:1: unexpected {{end}}' },
  { template: '{{nope}}', message: 'template: output:1: function "nope" not defined' },
  { template: '{{$x}}', message: 'template: output:1: undefined variable "$x"' },
  { template: '{{if .a}}', message: 'template: output:1: unexpected EOF' },
  { template: '{{range}}{{end}}', message: 'template: output:1: missing value for range' },
  { template: '{{break}}', message: 'template: output:1: {{break}} outside {{range}}' },
  { template: '{{1 | 2}}', message: 'template: output:1: non executable command in pipeline stage 2' },
  { template: '{{"a}}', message: 'template: output:1: unterminated quoted string' },
  { template: '{{(1}}', message: 'template: output:1: unclosed left paren' },
  { template: '{{1)}}', message: 'template: output:1: unexpected right paren' },
  { template: '{{.a~}}', message: "template: output:1: bad character U+007E '~'" },
  { template: '{{1x}}', message: 'template: output:1: bad number syntax: "1x"' },
  { template: '{{"x".y}}', message: 'template: output:1: unexpected . after term "\\"x\\""' },
  { template: '{{/* x', message: 'template: output:1: unclosed comment' },
  { template: '{{template x}}', message: 'template: output:1: unexpected "x" in template clause' },
  {
    template: '{{define "a"}}1{{end}}{{define "a"}}2{{end}}',
    message: 'template: output:1: template: multiple definition of template "a"',
  },
  { template: `${'{{('.padEnd(1200, '(')}1`, message: 'template: output:1: max expression depth exceeded' },
]

test.each(unreadable)('refuses $template', ({ template, message }) => {
  expect(() => new GoTemplate(template)).toThrow(new Error(message))
})

const failing: { template: string; message: string }[] = [
  {
    template: '{{index .spec.containers 9}}',
    message: 'template: output:1:2: executing "output" at <index .spec.containers 9>: error calling index: index out of range: 9',
  },
  {
    template: 'é\n {{.kind.x.y}}',
    message: 'template: output:2:8: executing "output" at <.kind.x.y>: can\'t evaluate field x in type interface {}',
  },
  {
    template: '{{with .kind}}{{.x}}{{end}}',
    message: 'template: output:1:16: executing "output" at <.x>: can\'t evaluate field x in type string',
  },
  {
    template: '{{.spec.nothing.x}}',
    message: 'template: output:1:7: executing "output" at <.spec.nothing.x>: nil pointer evaluating interface {}.x',
  },
  {
    template: '{{eq 1 "a"}}',
    message: 'template: output:1:2: executing "output" at <eq 1 "a">: error calling eq: incompatible types for comparison: int and string',
  },
  {
    template: '{{lt .spec 1}}',
    message: 'template: output:1:2: executing "output" at <lt .spec 1>: error calling lt: invalid type for comparison',
  },
  { template: '{{len 3}}', message: 'template: output:1:2: executing "output" at <len 3>: error calling len: len of type int' },
  { template: '{{len}}', message: 'template: output:1:2: executing "output" at <len>: wrong number of args for len: want 1 got 0' },
  {
    template: '{{printf .spec.replicas}}',
    message: 'template: output:1:14: executing "output" at <.spec.replicas>: wrong type for value; expected string; got int64',
  },
  {
    template: '{{base64decode "*"}}',
    message:
      'template: output:1:2: executing "output" at <base64decode "*">: error calling base64decode: base64 decode failed: illegal base64 data at input byte 0',
  },
  { template: '{{range .kind}}{{end}}', message: 'template: output:1:8: executing "output" at <.kind>: range can\'t iterate over Pod' },
  { template: '{{template "no"}}', message: 'template: output:1:11: executing "output" at <{{template "no"}}>: template "no" not defined' },
  { template: '{{nil}}', message: 'template: output:1:2: executing "output" at <nil>: nil is not a command' },
  { template: '{{.kind 1}}', message: 'template: output:1:2: executing "output" at <.kind>: kind is not a method but has arguments' },
]

test.each(failing)('fails on $template', ({ template, message }) => {
  expect(() => new GoTemplate(template).print(pod)).toThrow(new Error(message))
})

test('missing keys as errors', () => {
  expect(() => new GoTemplate('{{.nope}}').print(pod, true)).toThrow('executing "output" at <.nope>: map has no entry for key "nope"')
})

test('what came before an error stays written', () => {
  let out = ''
  const write = (text: string) => {
    out += text
  }
  expect(() => new GoTemplate('a{{.kind}}{{.kind.x}}b').execute(pod, write)).toThrow()
  expect(out).toBe('aPod')
})

test.each([
  { name: 'counting', template: '{{range 1000000000}}{{end}}', message: 'the template takes too long' },
  { name: 'recursion', template: '{{define "r"}}{{template "r"}}{{end}}{{template "r"}}', message: 'exceeded maximum template depth' },
])('hostile templates end: $name', ({ template, message }) => {
  expect(() => new GoTemplate(template).print(pod)).toThrow(message)
})
