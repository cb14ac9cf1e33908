import { JsonPath, relaxedJsonPath } from '../../src/lib/jsonpath'

const pod = {
  kind: 'Pod',
  metadata: { name: 'multi', labels: { app: 'shop', 'example.com/team': 'blue' } },
  spec: {
    nothing: null,
    empty: [],
    containers: [
      {
        name: 'web',
        cpu: 0.5,
        ports: [
          { name: 'http', containerPort: 80 },
          { name: 'https', containerPort: 443 },
        ],
      },
      { name: 'box', command: ['sleep', '3600'], tty: true },
    ],
  },
}

const prints: { name: string; template: string; out: string }[] = [
  { name: 'a field', template: '{.metadata.name}', out: 'multi' },
  { name: 'all elements, a space between', template: '{.spec.containers[*].name}', out: 'web box' },
  {
    name: 'lists and maps as JSON',
    template: '{.metadata.labels} {.spec.containers[1].command}',
    out: '{"app":"shop","example.com/team":"blue"} ["sleep","3600"]',
  },
  { name: 'an escaped dot', template: '{.metadata.labels.example\\.com/team}', out: 'blue' },
  { name: 'a quoted key', template: "{.metadata['name','labels'].app}{.metadata['name']}", out: 'shopmulti' },
  { name: 'from the end', template: '{.spec.containers[-1].name}', out: 'box' },
  { name: 'a slice', template: '{.spec.containers[0:1].name}-{.spec.containers[::2].name}', out: 'web-web' },
  { name: 'several indexes', template: '{.spec.containers[1,0].name}', out: 'box web' },
  { name: 'everything below', template: '{..containerPort}', out: '80 443' },
  {
    name: 'range, nested',
    template: '{range .spec.containers[*]}[{.name}: {range .ports[*]}{.name},{end}]{end}',
    out: '[web: http,https,][box: ]',
  },
  { name: 'range without end', template: '{range .spec.containers[*]}{.name}', out: 'webbox' },
  { name: 'range over nothing', template: '{range .spec.empty[*]}{.name}{range .x[*]}y{end}{end}z', out: 'z' },
  { name: 'filters', template: '{.spec.containers[?(@.name=="box")].command[0]} {.spec.containers[?(@.ports)].name}', out: 'sleep web' },
  {
    name: 'filters on numbers',
    template: '{.spec.containers[0].ports[?(@.containerPort>100)].name} {.spec.containers[?(@.cpu<=0.5)].name}',
    out: 'https web',
  },
  { name: 'filters on truth', template: '{.spec.containers[?(@.tty==true)].name}', out: 'box' },
  { name: 'text with escapes', template: '{.kind}{"\\t"}{\'a\\n\'}{.kind}', out: 'Pod\ta\nPod' },
  { name: 'the object itself', template: '{$.kind}{@.kind}', out: 'PodPod' },
  { name: 'null', template: '{.spec.nothing}', out: 'null' },
  { name: 'the bytes of a text', template: '{.kind.*}', out: '80 111 100' },
  { name: 'what is missing', template: 'a{.nope.deeper}b', out: 'ab' },
  { name: 'a brace outside', template: '}', out: '}' },
]

test.each(prints)('prints $name', ({ template, out }) => {
  expect(new JsonPath(template, { allowMissingKeys: true }).print(pod)).toBe(out)
})

const unreadable: { template: string; message: string }[] = [
  { template: '{.spec', message: 'unclosed action' },
  { template: '{.spec.containers[', message: 'unterminated array' },
  { template: '{.a["app"]}', message: 'invalid array index "app"' },
  { template: '{.a[-]}', message: 'array index - is not a number' },
  { template: '{.a[99999999999999999999]}', message: 'array index 99999999999999999999 is not a number' },
  { template: '{.a[?(@.b=="c)]}', message: 'unterminated filter' },
  { template: '{.a[?(@.b)}', message: 'unclosed array expect ]' },
  { template: '{.a[?(@.b=~"c")]}', message: "unrecognized character in action: U+007E '~'" },
  { template: '{"a}', message: 'unterminated quoted string' },
  { template: '{"\\q"}', message: 'unquote string "\\q" error invalid syntax' },
  { template: '{....}', message: 'invalid multiple recursive descent' },
  { template: '{1.2.3}', message: 'cannot parse number 1.2.3' },
]

test.each(unreadable)('refuses $template', ({ template, message }) => {
  expect(() => new JsonPath(template)).toThrow(new Error(message))
})

const failing: { template: string; message: string }[] = [
  { template: '{.nope}', message: 'nope is not found' },
  { template: '{.spec.containers[3].name}', message: 'array index out of bounds: index 3, length 2' },
  { template: '{.spec.containers[0:5]}', message: 'array index out of bounds: index 4, length 2' },
  { template: '{.spec.containers[1:0]}', message: 'starting index 1 is greater than ending index 0' },
  { template: '{.spec.containers[::0]}', message: 'step must be > 0' },
  { template: '{.kind[0]}', message: 'string is not array or slice' },
  { template: '{.metadata[0]}', message: 'map[string]interface {} is not array or slice' },
  {
    template: '{.metadata.labels[?(@.a==1)]}',
    message: 'map[app:shop example.com/team:blue] is not array or slice and cannot be filtered',
  },
  { template: '{.spec.containers[?(@.name==1)]}', message: 'incompatible types for comparison' },
  { template: '{.spec.containers[0].ports[?(@.containerPort=>1)]}', message: 'unrecognized filter operator =>' },
  { template: '{end}', message: 'not in range, nothing to end' },
  { template: '{foo()}', message: 'unrecognized identifier foo()' },
]

test.each(failing)('fails on $template', ({ template, message }) => {
  expect(() => new JsonPath(template).print(pod)).toThrow(new Error(message))
})

test('each action as a JSON array', () => {
  const path = new JsonPath('{.metadata.name}{.nope}', { allowMissingKeys: true, outputJson: true })
  expect(path.print(pod)).toBe('[\n    "multi"\n]\n[]\n')
})

test('the values found, for sorting and waiting', () => {
  expect(new JsonPath('{.spec.containers[*].name}').find(pod)).toEqual([['web', 'box']])
})

const relaxed: { text: string; path: string }[] = [
  { text: '', path: '' },
  { text: 'metadata.name', path: '{.metadata.name}' },
  { text: '.metadata.name', path: '{.metadata.name}' },
  { text: '{metadata.name}', path: '{.metadata.name}' },
  { text: '{.metadata.name}', path: '{.metadata.name}' },
]

test.each(relaxed)('relaxed form of "$text"', ({ text, path }) => {
  expect(relaxedJsonPath(text)).toBe(path)
})

test('no relaxed form', () => {
  expect(() => relaxedJsonPath('{a}{b}')).toThrow("unexpected path string, expected a 'name1.name2' or '.name1.name2' or")
})
