// kubectl diff --prune: what would be pruned is told whole.
import { shell } from './shell'

const object = (kind: string, name: string) => `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${name}, labels: {p: x}}\ndata: {k: dg==}\n`

test('a pruned object is shown with its managed fields and its secret data, others without', async () => {
  const box = shell()
  box.write('both.yaml', `${object('Secret', 'gone')}---\n${object('ConfigMap', 'kept')}`)
  box.write('kept.yaml', object('ConfigMap', 'kept').replace('dg==', 'eg=='))
  await box.kubectl('apply -f both.yaml')
  const { out, code } = await box.streams('diff -f kept.yaml --prune -l p=x')
  box.remove()
  const [kept, gone] = out.split(/^diff -u -N .*Secret.*$/m)
  expect(kept).toContain('+  k: eg==')
  expect(kept).not.toContain('managedFields')
  expect(gone).toContain('-  k: dg==\n')
  expect(gone).toContain('-  managedFields:\n')
  expect(code).toBe(1)
})

test('diff shows a null behind the mask of a secret that is not there', async () => {
  const box = shell()
  box.write('s.yaml', object('Secret', 's'))
  const { out } = await box.streams('diff -f s.yaml')
  box.remove()
  expect(out).toMatch(/^@@ -1 \+1,\d+ @@\n-null\n\+apiVersion: v1$/m)
})
