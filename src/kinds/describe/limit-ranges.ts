// Limit ranges: one by itself, and those of a namespace. Follows describeLimitRangeSpec of kubectl's pkg/describe.
import type { KubeObject } from '../../api/types'
import { type DescribeWriter, describing } from './writer'

type Amounts = Record<string, string | number>

export interface LimitRange extends KubeObject {
  spec: {
    limits?: { type: string; max?: Amounts; min?: Amounts; default?: Amounts; defaultRequest?: Amounts; maxLimitRequestRatio?: Amounts }[]
  }
}

const TITLES = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n'
const RULES = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n'

/** Upstream prints the resources of a limit in no fixed order; here it is by name. */
function limitLines(w: DescribeWriter, { spec }: LimitRange, prefix: string): void {
  for (const { type, min, max, defaultRequest, default: defaultLimit, maxLimitRequestRatio } of spec.limits ?? []) {
    const columns = [min, max, defaultRequest, defaultLimit, maxLimitRequestRatio]
    const resources = new Set(columns.flatMap((amounts) => Object.keys(amounts ?? {})))
    for (const resource of [...resources].sort()) {
      w.write(0, `${prefix}${[type, resource, ...columns.map((amounts) => amounts?.[resource] ?? '-')].join('\t')}\n`)
    }
  }
}

export function describeLimitRange(range: LimitRange): string {
  return describing((w) => {
    w.write(0, `Name:\t${range.metadata.name}\n`)
    w.write(0, `Namespace:\t${range.metadata.namespace ?? ''}\n`)
    w.write(0, TITLES)
    w.write(0, RULES)
    limitLines(w, range, '')
  })
}

/** The limit ranges of a namespace in its description. */
export function limitRangeLines(w: DescribeWriter, ranges: LimitRange[]): void {
  if (ranges.length === 0) {
    w.write(0, 'No LimitRange resource.\n')
    return
  }
  w.write(0, `Resource Limits\n ${TITLES}`)
  w.write(0, ` ${RULES}`)
  for (const range of ranges) limitLines(w, range, ' ')
}
