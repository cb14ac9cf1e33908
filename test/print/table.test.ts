import type { KubeObject } from '../../src/api/types'
import type { Column } from '../../src/kinds/kind'
import { columnsOf, formatTable, shownColumns, type TableOptions, tableCells } from '../../src/print/table'

const now = Date.parse('2026-01-01T00:01:00Z')

function object(name: string, labels?: Record<string, string>, value = 'v'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, namespace: 'shop', uid: 'u', resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', labels },
    value,
  }
}

const COLUMNS: Column[] = [
  { name: 'NAME', cell: (o) => o.metadata.name },
  { name: 'VALUE', cell: (o) => String(o.value) },
  { name: 'MORE', wide: true, cell: () => 'm' },
]
const THINGS = { resource: 'things.example.com', kind: 'Thing', group: 'example.com' }

function table(objects: KubeObject[], options: Partial<TableOptions> = {}, event?: string): string {
  return formatTable(tableCells(shownColumns(THINGS, { now, ...options }, COLUMNS, event), objects), options.noHeaders)
}

const cases: { name: string; objects: KubeObject[]; options?: Partial<TableOptions>; out: string }[] = [
  { name: 'nothing', objects: [], out: '' },
  { name: 'plain', objects: [object('a'), object('long-name')], out: 'NAME        VALUE\na           v\nlong-name   v\n' },
  { name: 'wide', objects: [object('a')], options: { wide: true }, out: 'NAME   VALUE   MORE\na      v       m\n' },
  { name: 'without headers', objects: [object('abc'), object('b')], options: { noHeaders: true }, out: 'abc   v\nb     v\n' },
  {
    name: 'with kind and namespace',
    objects: [object('a')],
    options: { showKind: true, withNamespace: true },
    out: 'NAMESPACE   NAME                  VALUE\nshop        thing.example.com/a   v\n',
  },
  {
    name: 'with labels',
    objects: [object('a', { 'x.io/app': 'web', b: '1' }), object('b')],
    options: { labelColumns: ['x.io/app', 'nope'], showLabels: true },
    out: 'NAME   VALUE   APP   NOPE   LABELS\na      v       web          b=1,x.io/app=web\nb      v                    <none>\n',
  },
  {
    name: 'cells of several lines and with escapes',
    objects: [object('a', undefined, 'one\ntwo'), object('b', undefined, '\x1b[1m')],
    out: 'NAME   VALUE\na      one...\nb      ^[[1m\n',
  },
  { name: 'a column as wide as its bytes', objects: [object('日本')], out: 'NAME     VALUE\n日本       v\n' },
]

test.each(cases)('table: $name', ({ objects, options, out }) => {
  expect(table(objects, options)).toBe(out)
})

test('watch events come first', () => {
  expect(table([object('a')], {}, 'ADDED')).toBe('EVENT      NAME   VALUE\nADDED      a      v\n')
})

test('kinds without columns show name and age', () => {
  expect(formatTable(tableCells(shownColumns(THINGS, { now }, columnsOf(THINGS)), [object('a')]))).toBe('NAME   AGE\na      60s\n')
})

test('parts of a table remember widths', () => {
  const remembered: number[] = []
  formatTable(tableCells(shownColumns(THINGS, { now }, COLUMNS), [object('a-long-name')]), false, remembered)
  expect(formatTable(tableCells(shownColumns(THINGS, { now }, COLUMNS), [object('a')]), true, remembered)).toBe('a             v\n')
})
