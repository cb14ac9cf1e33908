// Every flag of every command: help names it, its value is parsed as its type says, a wrong one gets pflag's words.

import { commandTable, type FlagSpec, flagsOf } from '../../src/cli/flag-table'
import { type Flags, parseFlags } from '../../src/cli/flags'
import { helpText, optionsText } from '../../src/cli/help'
import { helpData } from '../../src/cli/help-data'
import { COMMANDS } from '../../src/commands'
import type { Host } from '../../src/env'
import { type Shell, shell } from '../commands/shell'

const table = commandTable()
const host = { variables: { HOME: '/home/me', PATH: '' } } as unknown as Host

interface Sample {
  good: [text: string, value: unknown][]
  bad: [text: string, why: string][]
}

const SYNTAX = (text: string, type = 'ParseInt') => `strconv.${type}: parsing "${text}": invalid syntax`

const INTEGERS: Sample = {
  good: [
    ['7', 7],
    ['-1', -1],
    ['0x10', 16],
    ['010', 8],
  ],
  bad: [
    ['x', SYNTAX('x')],
    ['', SYNTAX('')],
    ['1.5', SYNTAX('1.5')],
    ['99999999999999999999', 'strconv.ParseInt: parsing "99999999999999999999": value out of range'],
  ],
}

/** By pflag's type. */
const SAMPLES: Record<string, Sample> = {
  bool: {
    good: [
      ['true', true],
      ['T', true],
      ['0', false],
      ['False', false],
    ],
    bad: [
      ['maybe', SYNTAX('maybe', 'ParseBool')],
      ['', SYNTAX('', 'ParseBool')],
    ],
  },
  int: INTEGERS,
  int32: { ...INTEGERS, bad: [...INTEGERS.bad, ['4294967296', 'strconv.ParseInt: parsing "4294967296": value out of range']] },
  int64: INTEGERS,
  duration: {
    good: [
      ['1h30m', 5_400_000],
      ['250ms', 250],
    ],
    bad: [
      ['x', 'time: invalid duration "x"'],
      ['', 'time: invalid duration ""'],
      ['5', 'time: missing unit in duration "5"'],
      ['1p', 'time: unknown unit "p" in duration "1p"'],
    ],
  },
  tristate: { good: [['true', 'true']], bad: [['maybe', SYNTAX('maybe', 'ParseBool')]] },
  string: { good: [['any "text"', 'any "text"']], bad: [] },
  stringArray: { good: [['a,b', ['a,b']]], bad: [] },
  stringSlice: {
    good: [['a,"b,c"', ['a', 'b,c']]],
    bad: [
      ['"a', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
      ['a"b', 'parse error on line 1, column 2: bare " in non-quoted-field'],
      ['"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
    ],
  },
  stringToString: {
    good: [['a=b,c=d', { a: 'b', c: 'd' }]],
    bad: [['nopair', 'nopair must be formatted as key=value']],
  },
  mapStringString: {
    good: [['a=b,c=d', { a: 'b', c: 'd' }]],
    bad: [['nopair', 'malformed pair, expect string=string']],
  },
}

function heldBy(flags: Flags, { name, type }: FlagSpec): unknown {
  if (type === 'bool') return flags.bool(name)
  if (['int', 'int32', 'int64', 'duration'].includes(type)) return flags.number(name)
  if (['stringSlice', 'stringArray'].includes(type)) return flags.list(name)
  if (['stringToString', 'mapStringString'].includes(type)) return { ...flags.map(name) }
  return flags.string(name)
}

const everyFlag = [{ path: 'kubectl options', use: '', flags: table.global }, ...table.commands].flatMap((command) =>
  (command.flags ?? []).map((flag) => ({ command, flag, path: command.path.replace(/^kubectl ?/, '') })),
)

test('the table has 111 commands and 919 flags', () => {
  expect(table.commands).toHaveLength(111)
  expect(table.commands.reduce((sum, { flags }) => sum + (flags?.length ?? 0), 0)).toBe(919)
})

test.each(everyFlag.map((each) => [`${each.command.path} --${each.flag.name}`, each] as const))('%s', (_name, { path, command, flag }) => {
  const sample = SAMPLES[flag.type]
  const specs = flagsOf(path === 'options' ? { path: 'kubectl', use: '' } : command)
  const label = flag.short ? `-${flag.short}, --${flag.name}` : `--${flag.name}`

  const help = path === 'options' ? optionsText(host) : helpText(path, host)
  const shown = help.split('\n').find((line) => line.startsWith(`    ${label}=`))
  expect(shown).toMatch(/:$/)
  const { flags, overrides } = helpData()
  expect(overrides[`${path} --${flag.name}`] ?? flags[flag.name]).toMatch(/\S/)

  for (const [text, value] of sample.good) {
    expect(heldBy(parseFlags(specs, [`--${flag.name}=${text}`]), flag)).toEqual(value)
    if (flag.noValue === undefined) expect(heldBy(parseFlags(specs, [`--${flag.name}`, text]), flag)).toEqual(value)
    if (flag.short) expect(heldBy(parseFlags(specs, [`-${flag.short}=${text}`]), flag)).toEqual(value)
  }
  for (const [text, why] of sample.bad) {
    const quoted = `"${text.replaceAll('"', '\\"')}"`
    expect(() => parseFlags(specs, [`--${flag.name}=${text}`])).toThrow(`invalid argument ${quoted} for "${label}" flag: ${why}`)
  }
  if (flag.noValue === undefined) {
    expect(() => parseFlags(specs, [`--${flag.name}`])).toThrow(`flag needs an argument: --${flag.name}`)
    if (flag.short) expect(() => parseFlags(specs, [`-${flag.short}`])).toThrow(`flag needs an argument: '${flag.short}' in -${flag.short}`)
  } else {
    expect(parseFlags(specs, [`--${flag.name}`, 'word']).args).toEqual(['word'])
  }
})

describe('command lines', () => {
  let kubectl: Shell['kubectl']
  let box: Shell
  beforeAll(() => {
    box = shell()
    kubectl = box.kubectl
  })
  afterAll(() => box.remove())

  test.each([
    ['a letter nobody knows', 'get -z', "error: unknown shorthand flag: 'z' in -z\nSee 'kubectl get --help' for usage.\n[exit 1]"],
    ['behind others', 'get -Aq', "error: unknown shorthand flag: 'q' in -q\nSee 'kubectl get --help' for usage.\n[exit 1]"],
    ['a flag nobody knows', 'get --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n[exit 1]"],
    ['also with help asked', 'get --help --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n[exit 1]"],
    ['before the command', '--foo get', "error: unknown flag: --foo\nSee 'kubectl --help' for usage.\n[exit 1]"],
    ['of options', 'options --foo', "error: unknown flag: --foo\nRun 'kubectl options' without flags.\n[exit 1]"],
    ['three dashes', 'get ---x', "error: bad flag syntax: ---x\nSee 'kubectl get --help' for usage.\n[exit 1]"],
    ['no value', '-n', "error: flag needs an argument: 'n' in -n\nSee 'kubectl --help' for usage.\n[exit 1]"],
    ['a value that looks like a flag', 'get pods -n --help', 'No resources found in --help namespace.\n'],
    ['flags between the words', '--dry-run=client create -o name deployment web --image=x', 'deployment.apps/web\n'],
    ['several required', 'create cronjob x', 'error: required flag(s) "image", "schedule" not set\n[exit 1]'],
    [
      'deprecated, by letter',
      'run x --image=y -f a --dry-run=client -o name',
      'pod/x\nFlag shorthand -f has been deprecated, it is ignored by kubectl run and will be removed in a future release\nFlag --filename has been deprecated, it is ignored by kubectl run and will be removed in a future release\n',
    ],
    ['a profile nobody knows', 'version --client --profile=foo', "error: unknown profile 'foo'\n[exit 1]"],
  ])('%s', async (_name, line, answer) => {
    expect(await kubectl(line)).toBe(answer)
  })

  test('warnings as errors', async () => {
    await kubectl('create service clusterip web --tcp=80')
    const warning = 'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n'
    expect(await kubectl('get endpoints web -o name --warnings-as-errors')).toBe(
      `endpoints/web\n${warning}error: 1 warning received\n[exit 1]`,
    )
    expect(await kubectl('get endpoints web -o name')).toBe(`endpoints/web\n${warning}`)
  })
})
test('every command of the table has code, or is a group whose help is its answer', () => {
  const groups = ['', 'auth', 'config', 'create secret', 'create service', 'kuberc', 'plugin', 'rollout', 'set', 'top']
  const missing = table.commands
    .map(({ path }) => path.replace(/^kubectl ?/, ''))
    .filter((path) => !(path in COMMANDS) && !groups.includes(path))
  expect(missing).toEqual([])
})
