// Colours: only on terminals that allow them, in kubesim's own commands and kubectl's warnings.
import { CommandContext } from '../../src/cli/context'
import { commandSpec, flagsOf } from '../../src/cli/flag-table'
import { parseFlags } from '../../src/cli/flags'
import { allowsColor, type Host } from '../../src/env'
import { paintFor } from '../../src/print/paint'

function hostWith(variables: Record<string, string>, terminal: boolean, said: string[] = []): Host {
  const streams = { out: () => {}, err: (text: string) => void said.push(text), stdoutIsTerminal: terminal, stderrIsTerminal: terminal }
  return { variables, streams } as unknown as Host
}

test.each([
  ['a terminal', {}, true, true],
  ['a pipe', {}, false, false],
  ['NO_COLOR, even empty', { NO_COLOR: '' }, true, false],
  ['a dumb terminal', { TERM: 'dumb' }, true, false],
])('%s', (_name, variables, terminal, allowed) => {
  expect(allowsColor(hostWith(variables, terminal), terminal)).toBe(allowed)
})

test.each([
  ['a terminal', {}, true, '\u001b[32mok\u001b[39m'],
  ['a pipe', {}, false, 'ok'],
  ['a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, false, '\u001b[32mok\u001b[39m'],
  ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, false, 'ok'],
  ['NO_COLOR before FORCE_COLOR', { FORCE_COLOR: '1', NO_COLOR: '1' }, true, 'ok'],
])('paint for %s', async (_name, variables, terminal, text) => {
  expect((await paintFor(hostWith(variables, terminal))).good('ok')).toBe(text)
})

test.each([
  ['on a terminal', [], true, '\u001b[33;1mWarning:\u001b[0m old\n'],
  ['with --no-color', ['--no-color'], true, 'Warning: old\n'],
  ['in a pipe', [], false, 'Warning: old\n'],
])('a warning %s', (_name, words, terminal, text) => {
  const said: string[] = []
  const flags = parseFlags(flagsOf(commandSpec('get')!), words)
  new CommandContext('get', flags, hostWith({}, terminal, said), { namespace: '' }).warn('old')
  expect(said).toEqual([text])
})
