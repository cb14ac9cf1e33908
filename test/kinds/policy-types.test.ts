// The type check of a policy against the kinds that it is about, as a v1.37 cluster writes it into its status.
import type { View } from '../../src/api/contracts'
import type { KubeObject } from '../../src/api/types'
import { expressionWarnings } from '../../src/kinds/validation/policy-types'
import { spec, warnings } from '../fixtures/admission/type-checks.json'

const view = { list: () => [] } as unknown as View

test.each(warnings.map((warning, i) => ({ name: spec.validations[i].expression, warning, i })))('$name', ({ warning, i }) => {
  const policy = { spec: { ...spec, validations: [spec.validations[i]] } } as unknown as KubeObject
  expect(expressionWarnings(view, policy)).toEqual([{ ...warning, fieldRef: 'spec.validations[0].expression' }])
})

test('what fits is not spoken of', () => {
  const validations = [{ expression: 'object.metadata.name == request.name' }]
  expect(expressionWarnings(view, { spec: { ...spec, validations } } as unknown as KubeObject)).toEqual([])
})
