// Secrets that hold the token of a service account: filled, good for the API, gone with the account.
import { type Shell, shell } from './shell'

let sh: Shell
beforeAll(() => {
  sh = shell()
})
afterAll(() => sh.remove())

const secret = (name: string, account: string) =>
  `{apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token, metadata: {name: ${name}, annotations: {kubernetes.io/service-account.name: ${account}}}}`
const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())

test('a token is made, stands for the account and goes with it', async () => {
  await sh.kubectl('create sa bot')
  sh.write('s.yaml', `${secret('bot', 'bot')}\n---\n${secret('lost', 'nobody')}`)
  await sh.kubectl('create -f s.yaml')
  expect(await sh.kubectl('get secrets -o name')).toBe('secret/bot\n')
  expect(await sh.kubectl('describe secret bot')).toMatch(/ca.crt: +\d+ bytes\nnamespace: +7 bytes\ntoken: +eyJ/)
  const token = Buffer.from(await sh.kubectl('get secret bot -o jsonpath={.data.token}'), 'base64').toString()
  const uid = await sh.kubectl('get sa bot -o jsonpath={.metadata.uid}')
  expect(claims(token)).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'default',
    'kubernetes.io/serviceaccount/secret.name': 'bot',
    'kubernetes.io/serviceaccount/service-account.name': 'bot',
    'kubernetes.io/serviceaccount/service-account.uid': uid,
    sub: 'system:serviceaccount:default:bot',
  })
  sh.write('review.yaml', `{apiVersion: authentication.k8s.io/v1, kind: TokenReview, spec: {token: ${token}}}`)
  const review = 'create -f review.yaml -o jsonpath={.status.user.username}'
  expect(await sh.kubectl(review)).toBe('system:serviceaccount:default:bot')
  await sh.kubectl('delete sa bot')
  expect(await sh.kubectl('get secrets -o name')).toBe('')
})
