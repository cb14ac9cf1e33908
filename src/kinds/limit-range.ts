// LimitRange: bounds and defaults for the resources of a namespace.

import { DEFAULT_COLUMNS } from './columns'
import { defaultLimitRange } from './defaults/cluster'
import { describeLimitRange, type LimitRange } from './describe/limit-ranges'
import { defineKind } from './kind'
import { validateLimitRange } from './validation/limits'

export const limitRange = defineKind<LimitRange>({
  resource: 'limitranges',
  validate: validateLimitRange,
  defaults: defaultLimitRange,
  columns: DEFAULT_COLUMNS,
  describe: describeLimitRange,
})
