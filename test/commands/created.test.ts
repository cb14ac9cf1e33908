// What becomes of new objects, what is warned of and what is refused: as a v1.37 API server answered `create --dry-run=server -o yaml`.
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from './shell'

interface Case {
  object: { kind: string }
  output: string
}

const cases = JSON.parse(fs.readFileSync(path.join(__dirname, '../fixtures/created.json'), 'utf8')) as Case[]

function plain(text: string): string {
  return text
    .replace(/"?\d{4}-\d\d-\d\dT[\d:.]+Z"?/g, 'T')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID')
    .replace(/kube-api-access-\w+/g, 'KAA')
    .replace(/clusterIP: 10[.\d]+/g, 'clusterIP: IP')
    .replace(/^(\s*)- 10\.(9[6-9]|10\d|11[01])\.\d+\.\d+$/gm, '$1- IP')
    .replace(/nodePort: 3\d{4}/g, 'nodePort: P')
}

let sh: Shell

beforeAll(async () => {
  sh = shell()
  await sh.kubectl('create namespace here')
})

afterAll(() => sh.remove())

test.each(cases.map((each, i) => ({ name: `${i} ${JSON.stringify(each.object).slice(0, 200)}`, ...each })))(
  '$name',
  async ({ object, output }) => {
    sh.write('f', JSON.stringify(object))
    const { out, err } = await sh.streams('create --dry-run=server -o yaml -n here -f f')
    expect(plain(out + err)).toBe(output)
  },
)
