// Command lines played against a v1.37 API server, and what they printed: what users may not do, what they may not grant, custom resources.
import fs from 'node:fs'
import path from 'node:path'
import { shell } from './shell'

interface Scenario {
  name: string
  files: Record<string, object | string>
  lines: string[]
  /** Each line after `$ `, and what it printed. */
  output: string
}

const FOLDER = path.join(__dirname, '../fixtures/played')

function plain(text: string): string {
  return text
    .replace(/"?\d{4}-\d\d-\d\dT[\d:.]+Z"?/g, 'T')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID')
    .replace(/resourceVersion: "?\d+"?/g, 'RV')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-XXXXX')
    .replace(/"?(kubernetes-)?admin"? (is|cannot)/g, 'ADM $2')
}

describe.each(fs.readdirSync(FOLDER))('%s', (file) => {
  const text = fs.readFileSync(path.join(FOLDER, file), 'utf8').replaceAll('NS', 'here')
  const scenarios = JSON.parse(text) as Scenario[]
  const sh = shell()

  beforeAll(async () => {
    await sh.kubectl('create namespace here')
  })
  afterAll(() => sh.remove())

  // They build on each other.
  test.each(scenarios)('$name', async ({ files, lines, output }) => {
    for (const [name, content] of Object.entries(files)) sh.write(name, typeof content === 'string' ? content : JSON.stringify(content))
    let said = ''
    for (const line of lines) {
      const { out, err } = await sh.streams(line)
      const shown = line.replace(/'([^']*)'/g, '$1')
      said += plain(`$ ${shown}\n${out}${out && !out.endsWith('\n') ? '\n' : ''}${err}`)
    }
    expect(said).toBe(output)
  })
})
