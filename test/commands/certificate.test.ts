// kubectl certificate: requests approved and denied.
import { type Shell, shell } from './shell'

let box: Shell
beforeEach(async () => {
  box = shell()
  for (const name of ['one', 'two']) {
    const spec =
      '{ request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0JBZ0VBTUI4eEN6QUpCZ05WQkFNTUFtMWxNUkF3RGdZRFZRUUtEQWRsZUdGdGNHeGxNRmt3RXdZSApLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFVm5DckpRdk9xNjY0SDVxVkluMGx3NHRXZ3ErQ0FLYzdUL0M2CmQ2WGRoNFRySHIzVC9uTVZ3TVFnTExVdHg2eC9NMzN3RGxCSXNLQk1HUXhiRzN6bUVhQUFNQW9HQ0NxR1NNNDkKQkFNQ0EwWUFNRU1DSUhEZ3ZSRGMzclVFMEJxaDFmRUFmbk16cWExRE55MVVjYkxkVjFDb0dRMDVBaDlLenpSMQpzdE0vQU5VWmI5T1RwK2ZVWEpPaFJqQjIrdHpOZTFZQnIrSTkKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==, signerName: example.com/any, usages: [client auth] }'
    box.write(
      `${name}.yaml`,
      `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: { name: ${name} }\nspec: ${spec}\n`,
    )
    await box.kubectl(`apply -f ${name}.yaml`)
  }
})
afterEach(() => box.remove())

const conditions = (name: string) =>
  box.kubectl(`get csr ${name} -o jsonpath='{range .status.conditions[*]}{.type}/{.status}/{.reason}/{.message} {end}'`)

test('approve and deny', async () => {
  expect(await box.kubectl('certificate approve one')).toBe('certificatesigningrequest.certificates.k8s.io/one approved\n')
  expect(await conditions('one')).toBe('Approved/True/KubectlApprove/This CSR was approved by kubectl certificate approve. ')
  expect(await box.kubectl('certificate deny -f two.yaml')).toBe('certificatesigningrequest.certificates.k8s.io/two denied\n')
  expect(await conditions('two')).toBe('Denied/True/KubectlDeny/This CSR was denied by kubectl certificate deny. ')
  expect(await box.kubectl('get csr --no-headers -o custom-columns=N:.metadata.name,C:.status.conditions[0].type')).toBe(
    'one   Approved\ntwo   Denied\n',
  )
})

test('again is the same, the opposite is refused', async () => {
  await box.kubectl('certificate approve one')
  expect(await box.kubectl('certificate approve one two -o name')).toBe(
    'certificatesigningrequest.certificates.k8s.io/one\ncertificatesigningrequest.certificates.k8s.io/two\n',
  )
  expect(await conditions('one')).toBe('Approved/True/KubectlApprove/This CSR was approved by kubectl certificate approve. ')
  expect(await box.kubectl('certificate deny one')).toBe('error: certificate signing request "one" is already Approved\n[exit 1]')
})

test.each([
  ['no names', 'certificate approve', 'error: one or more CSRs must be specified as <name> or -f <filename>\n[exit 1]'],
  [
    'missing',
    'certificate approve none',
    'Error from server (NotFound): certificatesigningrequests.certificates.k8s.io "none" not found\n[exit 1]',
  ],
])('%s', async (_name, line, answer) => {
  expect(await box.kubectl(line)).toBe(answer)
})

test('the group answers with its help, whatever follows', async () => {
  const { out, err, code } = await box.streams('certificate nothing')
  expect([out.split('\n')[0], err, code]).toEqual(['Modify certificate resources.', '', 0])
})

test('the server notes who asked, as whom he acts', async () => {
  await box.kubectl('create clusterrolebinding all --clusterrole=cluster-admin --group=system:authenticated')
  const spec =
    '{ request: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1JR0JBZ0VBTUI4eEN6QUpCZ05WQkFNTUFtMWxNUkF3RGdZRFZRUUtEQWRsZUdGdGNHeGxNRmt3RXdZSApLb1pJemowQ0FRWUlLb1pJemowREFRY0RRZ0FFVm5DckpRdk9xNjY0SDVxVkluMGx3NHRXZ3ErQ0FLYzdUL0M2CmQ2WGRoNFRySHIzVC9uTVZ3TVFnTExVdHg2eC9NMzN3RGxCSXNLQk1HUXhiRzN6bUVhQUFNQW9HQ0NxR1NNNDkKQkFNQ0EwWUFNRU1DSUhEZ3ZSRGMzclVFMEJxaDFmRUFmbk16cWExRE55MVVjYkxkVjFDb0dRMDVBaDlLenpSMQpzdE0vQU5VWmI5T1RwK2ZVWEpPaFJqQjIrdHpOZTFZQnIrSTkKLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==, signerName: example.com/any, usages: [client auth], username: nobody }'
  box.write('asked.yaml', `apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: asked}\nspec: ${spec}\n`)
  const who = '--as=user1 --as-group=group2 --as-group=,,,chameleon --as-uid=abc --as-user-extra key="one, two" --as-user-extra key=three'
  await box.kubectl(`create -f asked.yaml ${who}`)
  expect(JSON.parse(await box.kubectl('get csr asked -o jsonpath={.spec}'))).toMatchObject({
    username: 'user1',
    uid: 'abc',
    groups: ['group2', ',,,chameleon', 'system:authenticated'],
    extra: { key: ['one, two', 'three'] },
  })
})
