// The API server's own Service comes back when it is deleted, with its address and endpoints.
import { shell } from '../commands/shell'

const WHERE = "-o jsonpath='{.spec.clusterIP} {.subsets[0].addresses[0].ip}{.endpoints[0].addresses[0]}'"

test.each([
  ['svc', '10.96.0.1 '],
  ['endpointslice', ' 172.18.0.2'],
])('%s kubernetes', async (resource, expected) => {
  const box = shell()
  try {
    const uid = await box.kubectl(`get ${resource} kubernetes -o jsonpath='{.metadata.uid}'`)
    await box.kubectl(`delete ${resource} kubernetes`)
    expect(await box.kubectl(`get ${resource} kubernetes ${WHERE}`)).toBe(expected)
    expect(await box.kubectl(`get ${resource} kubernetes -o jsonpath='{.metadata.uid}'`)).not.toBe(uid)
  } finally {
    box.remove()
  }
})
