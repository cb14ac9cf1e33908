// Runs every command that README.md and docs/ show: what stands there is what comes back.
import fs from 'node:fs'
import path from 'node:path'

interface Step {
  command: string
  output: string
  problem?: string
}
const { play } = jest.requireActual<{ play(text: string, show: (step: Step) => void): number }>('../../scripts/transcript.cjs')

const ROOT = path.join(__dirname, '..', '..')
const documents = [
  'README.md',
  ...fs
    .readdirSync(path.join(ROOT, 'docs'))
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
]
const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> }

/** The blocks of one language, without their fences. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((m) => m[1])
}

/** What a line of set-up runs, when it is a script of this package. */
function npmScript(line: string): string | undefined {
  return /^npm (?:run )?([\w:-]+)/.exec(line)?.[1]
}

/** npm's own words, and lines that only name kubesim kubectl; the package test installs and links. */
const SETUP = /^(npm (link|ci|pack|install)\b|alias kubectl=kubesim|ln -s|export KUBESIM_|#)/

describe.each(documents)('%s', (document) => {
  const text = fs.readFileSync(path.join(ROOT, document), 'utf8')
  const played = blocks(text, 'console')
  const setup = blocks(text, 'sh').flatMap((b) => b.split('\n').filter((line) => line.trim()))

  if (played.length) {
    test('gives what it shows', () => {
      const problems: string[] = []
      play(played.join('\n'), ({ command, problem, output }) => {
        if (problem) problems.push(`$ ${command}\n${problem}\n${output}`)
      })
      expect(problems).toEqual([])
    }, 180_000)
  }

  test('names only scripts that there are', () => {
    expect(setup.filter((line) => !SETUP.test(line) && !(npmScript(line)! in scripts))).toEqual([])
  })

  test('links to files that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((m) => path.join(path.dirname(document), m[1]))
    expect(links.filter((file) => !fs.existsSync(path.join(ROOT, file)))).toEqual([])
  })
})
