// Admission policies asked about requests: cases with what a v1.37 API server answered.
import fs from 'node:fs'
import path from 'node:path'
import { type Shell, shell } from '../../commands/shell'

interface Case {
  name: string
  policies: { id: string; spec: object; binding: object }[]
  /** Holds the object that the lines write. */
  file: string
  object: object
  lines: string[]
  /** What each line printed. */
  output: string[]
}

function casesOf(file: string): Case[] {
  const text = fs.readFileSync(path.join(__dirname, '../../fixtures/admission', file), 'utf8')
  return JSON.parse(text.replaceAll('NS-', 'p-').replaceAll('NS', 'here')) as Case[]
}

const apiVersion = 'admissionregistration.k8s.io/v1'

/** What differs from run to run. */
function plain(text: string): string {
  return text
    .replace(/"?\d{4}-\d\d-\d\dT[\d:.]+Z"?/g, 'T')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UID')
    .replace(/resourceVersion: "?\d+"?/g, 'RV')
    .replace(/kube-api-access-\w+/g, 'KAA')
    .replace(/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-XXXXX')
}

describe.each(['Validating', 'Mutating'])('%sAdmissionPolicies', (sort) => {
  const cases = casesOf(`${sort.toLowerCase()}.json`)
  let sh: Shell

  beforeAll(async () => {
    sh = shell()
    await sh.kubectl('create namespace here')
    await sh.kubectl('create configmap par -n here --from-literal=max=2')
    const items = cases.flatMap(({ policies }) =>
      policies.flatMap(({ id, spec, binding }) => [
        { apiVersion, kind: `${sort}AdmissionPolicy`, metadata: { name: id }, spec },
        { apiVersion, kind: `${sort}AdmissionPolicyBinding`, metadata: { name: `${id}b` }, spec: binding },
      ]),
    )
    sh.write('policies.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    await sh.kubectl('create -f policies.json')
  }, 60_000)

  afterAll(() => sh.remove())

  test.each(cases)('$name', async ({ file, object, lines, output }) => {
    sh.write(file, JSON.stringify(object))
    const said: string[] = []
    for (const line of lines) {
      const { out, err } = await sh.streams(line)
      said.push(plain(out + err))
    }
    expect(said).toEqual(output)
  })
})
