// `npm run lesson`: the whole lesson on Services, each command with its output; exit code 1 when an answer is not what it should be.
const fs = require('node:fs')
const path = require('node:path')
const { play } = require('./transcript.cjs')

const text = fs.readFileSync(path.join(__dirname, '..', 'test', 'transcripts', 'lesson.txt'), 'utf8')
const wrong = play(text, ({ command, note, output, problem }) => {
  if (note) console.log(`\n# ${note.replaceAll('\n', '\n# ')}`)
  console.log(`\n$ ${command}`)
  process.stdout.write(output.endsWith('\n') || output === '' ? output : `${output}\n`)
  if (problem) console.log(`!! not as it should be: ${problem}`)
})
console.log(wrong ? `\n${wrong} answers differ from what they should be` : '\nEvery answer is as it should be.')
process.exitCode = wrong ? 1 : 0
