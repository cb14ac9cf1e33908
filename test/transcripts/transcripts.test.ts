// Plays the transcripts in this folder: what a person types, and what must come back.
import fs from 'node:fs'
import path from 'node:path'

interface Step {
  command: string
  output: string
  problem?: string
}
const { play, compare } = jest.requireActual<{
  play(text: string, show: (step: Step) => void): number
  compare(expected: string[], output: string): string | undefined
}>('../../scripts/transcript.cjs')

const files = fs.readdirSync(__dirname).filter((f) => f.endsWith('.txt'))

describe('transcripts', () => {
  test('a difference is seen', () => {
    expect(compare(['NAME   AGE', 'web    <age>'], 'NAME  AGE\nweb   5s\n')).toBeUndefined()
    expect(compare(['web    <age>'], 'api   5s\n')).toMatch(/line 1/)
    expect(compare(['one'], 'one\ntwo\n')).toMatch(/more output/)
  })

  test.each(files)(
    '%s',
    (file) => {
      const problems: string[] = []
      play(fs.readFileSync(path.join(__dirname, file), 'utf8'), ({ command, problem, output }) => {
        if (problem) problems.push(`$ ${command}\n${problem}\n${output}`)
      })
      expect(problems).toEqual([])
    },
    180_000,
  )
})
