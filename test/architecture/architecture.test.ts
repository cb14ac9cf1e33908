// Checks the code base itself: imports go one way, files stay small, the outside world is touched in few places.
import fs from 'node:fs'
import path from 'node:path'

const SRC = path.join(__dirname, '..', '..', 'src')

/** Rooms from the ground up; a file may import its own room and those below. Rooms of one row do not import each other. */
const STOREYS: string[][] = [
  ['api', 'errors'],
  ['lib'],
  ['faults'],
  ['schema'],
  ['kinds'],
  ['store', 'network', 'kustomize'],
  ['runtime'],
  ['apiserver', 'controllers', 'due', 'env'],
  ['rehearsal'],
  ['cluster'],
  ['fresh'],
  ['cluster-file'],
  ['follower', 'trace'],
  ['live'],
  ['print'],
  ['cli', 'commands'],
  ['main'],
]

/** Rooms of one storey that may still import each other, each with its reason. */
const UNDER_ONE_ROOF = new Set<string>([
  'apiserver>env', // the clock
])

function files(dir: string): string[] {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
    const full = path.join(dir, e.name)
    return e.isDirectory() ? files(full) : e.name.endsWith('.ts') ? [full] : []
  })
}

const sources = files(SRC).map((file) => ({ file, name: path.relative(SRC, file), text: fs.readFileSync(file, 'utf8') }))

function roomOf(file: string): string {
  return path.relative(SRC, file).split(path.sep)[0].replace(/\.ts$/, '')
}

function importsOf(file: string, text: string): { target: string; typeOnly: boolean }[] {
  const out: { target: string; typeOnly: boolean }[] = []
  for (const m of text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^'"\n]*?(?:\{[^}]*\}\s*)?(?:from\s+)?['"](\.[^'"]+)['"]|import\(['"](\.[^'"]+)['"]\)/g,
  )) {
    out.push({ target: path.resolve(path.dirname(file), m[2] ?? m[3]), typeOnly: m[1] !== undefined })
  }
  return out
}

function storeyOf(room: string): number {
  const at = STOREYS.findIndex((s) => s.includes(room))
  if (at < 0) throw new Error(`the room src/${room} is not in the house's plan`)
  return at
}

describe('the house', () => {
  test('imports are seen', () => {
    const main = sources.find((s) => s.name === 'main.ts')!
    expect(importsOf(main.file, main.text).map((i) => roomOf(i.target))).toEqual(expect.arrayContaining(['cli', 'env']))
  })

  test('imports go one way', () => {
    const wrong: string[] = []
    for (const { file, name, text } of sources) {
      const from = roomOf(file)
      for (const { target, typeOnly } of importsOf(file, text)) {
        const to = roomOf(target)
        if (to === from) continue
        const [a, b] = [storeyOf(from), storeyOf(to)]
        // Commands and the command line know each other: the list of commands is loaded by the line, the context is given to commands.
        if (
          a < b ||
          (a === b && from !== to && !(from === 'cli' || from === 'commands') && !typeOnly && !UNDER_ONE_ROOF.has(`${from}>${to}`))
        ) {
          wrong.push(`${name} imports src/${to}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })

  test('no file is longer than 500 lines', () => {
    const long = sources.map(({ name, text }) => ({ name, lines: text.split('\n').length - 1 })).filter((f) => f.lines > 500)
    expect(long).toEqual([])
  })

  test('every file says first what it models', () => {
    expect(sources.filter(({ text }) => !text.startsWith('// ')).map((s) => s.name)).toEqual([])
  })

  test.each([
    ['commander', /from 'commander'|import\('commander'\)/, /^cli\//],
    ['the state file', /from '(\.\.\/)+store\/(file|lock)'/, /^(store\/|cluster-file\.ts|commands\/cluster)/],
    ['Date.now', /\bDate\.now\b/, /^(env\.ts|store\/)/],
    ['Math.random', /\bMath\.random\b/, /^env\.ts/],
    // Files with a parameter or variable of that name mean theirs.
    [
      'process',
      /^(?![\s\S]*\bprocess\s*[:=])[\s\S]*(?<![.\w'`])process\.(env|argv|exit|stdout|stderr|stdin|cwd|pid|kill|on)\b/,
      /^(env\.ts|store\/)/,
    ],
  ])('only few places use %s', (_name, pattern, allowed) => {
    expect(sources.filter(({ name, text }) => pattern.test(text) && !allowed.test(name)).map((s) => s.name)).toEqual([])
  })

  test.each([
    ['kinds', /defineKind/, 'kinds/index.ts'],
    ['commands', /export const command\b/, 'commands/index.ts'],
    ['images', /: Image = /, 'runtime/images/index.ts'],
  ])('every one of the %s stands in its list', (room, marker, index) => {
    const list =
      fs.readFileSync(path.join(SRC, index), 'utf8') +
      (room === 'commands' ? fs.readFileSync(path.join(SRC, 'commands/own.ts'), 'utf8') : '')
    const dir = path.dirname(index)
    const missing = sources
      .filter(
        ({ name, text }) => name.startsWith(`${dir}/`) && name !== index && marker.test(text) && !text.includes('export interface Kind<'),
      )
      .filter(({ name }) => !list.includes(`./${path.relative(dir, name).replace(/\.ts$/, '')}'`))
    expect(missing.map((m) => m.name)).toEqual([])
  })
})
