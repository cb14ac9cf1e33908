// The line on stderr for who waits at a terminal.
import { progressOn } from '../src/env'

function played(terminal: boolean, times: number[]): string {
  let text = ''
  let at = 0
  const streams = {
    err: (more: string) => {
      text += more
    },
    stderrIsTerminal: terminal,
  }
  const progress = progressOn({ streams } as Parameters<typeof progressOn>[0], () => times[at])
  for (; at < times.length; at++) for (let i = 0; i < 64; i++) progress.step(() => `${times[at]}`)
  progress.end()
  return text
}

test.each([
  ['nothing within a second', true, [0, 500, 999], ''],
  ['one that is gone at the end', true, [0, 1000], '\r1000\u001b[K\r\u001b[K'],
  ['no more than five a second', true, [0, 1000, 1100, 1200], '\r1000\u001b[K\r1200\u001b[K\r\u001b[K'],
  ['nothing where nobody looks', false, [0, 1000, 2000], ''],
])('%s', (_name, terminal, times, text) => {
  expect(played(terminal, times)).toBe(text)
})
