// Wrong objects and all that a v1.37 API server has against each, by kind: fixtures/refused holds [field, object, causes].
import fs from 'node:fs'
import path from 'node:path'
import { ApiError } from '../../src/errors'
import { TestServer } from './server'

type Row = [field: string, object: object, causes: string[]]

const FOLDER = path.join(__dirname, '../fixtures/refused')
const server = new TestServer()

function causesOf(object: object): string[] {
  try {
    server.make(JSON.stringify(object), { dryRun: true })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return (error.details?.causes ?? []).map((cause) => `${cause.field}: ${cause.message}`)
  }
  return []
}

describe.each(fs.readdirSync(FOLDER))('%s', (file) => {
  const rows = JSON.parse(fs.readFileSync(path.join(FOLDER, file), 'utf8')) as Row[]
  test.each(rows.map(([field, object, causes], i) => ({ name: `${i} ${field}`, object, causes })))('$name', ({ object, causes }) => {
    expect(causesOf(object)).toEqual(causes)
  })
})
