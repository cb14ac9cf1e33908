// What the list of controllers says of each, before its file is loaded, against the controller itself.
import { CONTROLLERS } from '../../src/controllers'

test.each(CONTROLLERS.map((entry) => [entry.name, entry] as const))('%s is listed under its name, with what it watches', (_name, entry) => {
  const { name, watches } = entry.controller()
  expect({ name, watches: Object.keys(watches) }).toEqual({ name: entry.name, watches: entry.watches })
})
