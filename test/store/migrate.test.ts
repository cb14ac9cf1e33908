// A state of format 1 goes on living: its records are brought to today's shape, and the old file is kept.
import fs from 'node:fs'
import { shell } from '../commands/shell'

interface OldState {
  kubesim: { format: number }
  entries: Record<string, { names: [string, string][] | Record<string, string> }>
}

test('the names of counted events become pairs', async () => {
  const box = shell()
  try {
    await box.kubectl('run web --image=nginx')
    const file = box.path('state.json')
    const state = JSON.parse(fs.readFileSync(file, 'utf8')) as OldState
    state.kubesim.format = 1
    const memories = Object.entries(state.entries).filter(([key]) => key.startsWith('~events/'))
    expect(memories.length).toBeGreaterThan(0)
    for (const [, memory] of memories) memory.names = Object.fromEntries(memory.names as [string, string][])
    const lines = Object.entries(state.entries).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
    fs.writeFileSync(file, `{"kubesim":${JSON.stringify(state.kubesim)},"entries":{\n${lines.join(',\n')}\n}}\n`)
    expect(await box.kubectl('delete pod web --now')).toBe('pod "web" deleted from default namespace\n')
    expect(await box.kubectl('get events -o custom-columns=R:.reason --no-headers')).toContain('Killing')
    expect(fs.existsSync(`${file}.before-format-2`)).toBe(true)
  } finally {
    box.remove()
  }
})
