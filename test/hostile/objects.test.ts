// Random objects of every kind, valid but for a few fields: whatever they hold, commands answer in kubectl's words, controllers come to
// rest, no code of ours shows and no escape sequence reaches a terminal.
import { shell } from '../commands/shell'
import { rounds, seed, tried } from '../torture/tried'
import { Chance, randomObject } from './random-object'

const OURS = /failed unexpectedly|do not come to rest|native code|\[object Object\]|\n +at |undefined(?! field)|NaN/
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/

test('random objects', async () => {
  const chance = new Chance(seed)
  const times = rounds(2000)
  const found = new Map<string, string>()
  let created = 0
  let box = shell()
  try {
    for (let i = 0; i < times; i++) {
      if (i % 50 === 0) {
        box.remove()
        box = shell()
      }
      const object = randomObject(chance)
      box.write('x.json', JSON.stringify(object))
      const said: [string, string][] = []
      const kubectl = async (line: string) => {
        const answer = await box.kubectl(line)
        said.push([line, answer])
        return answer
      }
      const made = await kubectl('create -f x.json --validate=ignore')
      if (/ created\n$/.test(made)) {
        created++
        for (const line of [
          'get -f x.json -o wide',
          'describe -f x.json',
          'get events',
          'cluster advance 20s',
          'delete -f x.json --wait=false',
        ])
          await kubectl(line)
      } else await kubectl('create -f x.json --dry-run=client')
      for (const [line, answer] of said) {
        const wrong = OURS.exec(answer)?.[0] ?? CONTROLS.exec(answer)?.[0]
        if (wrong === undefined) continue
        const text = answer.length > 3000 ? answer.slice(0, 3000) : answer
        found.set(
          `${wrong} ${object.kind} ${line.split(' ')[0]}`,
          `${JSON.stringify(wrong)} in what ${line} says of object ${i}, seed ${seed}:\n${JSON.stringify(object)}\n${text}`,
        )
      }
    }
  } finally {
    box.remove()
  }
  expect([...found.values()].slice(0, 20).join('\n\n')).toBe('')
  expect(created).toBeGreaterThan(times / 10)
  tried('a random object of any kind', times)
}, 1_200_000)
