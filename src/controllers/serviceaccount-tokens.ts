// Fills the Secrets that hold a service account's token for good, and removes those whose account is gone.
// Follows pkg/controller/serviceaccount/tokens_controller.go and pkg/serviceaccount/legacy.go.
import type { Change, Controller, ControllerContext, View } from '../api/contracts'
import type { KubeObject, Secret } from '../api/types'
import { CLUSTER_CA } from '../lib/cluster-ca'
import { sha256 } from '../lib/sha256'
import { signedToken, signingKey } from '../lib/token-signature'
import { keyOf, splitKey } from './shared/ownership'

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'
const ISSUER = 'kubernetes/serviceaccount'
const CLAIM = 'kubernetes.io/serviceaccount'

function isToken(object: KubeObject | undefined): object is Secret {
  return (object as Secret | undefined)?.type === TYPE
}

function secretKeys({ after }: Change): string[] {
  return isToken(after) && !after.metadata.deletionTimestamp ? [keyOf(after)] : []
}

function accountKeys({ before, after }: Change, view: View): string[] {
  if (before && after) return []
  const { namespace, name } = (after ?? before)!.metadata
  const secrets = view.list<Secret>('secrets', namespace).filter(isToken)
  return secrets.filter(({ metadata }) => metadata.annotations?.[NAME] === name).map(keyOf)
}

export const serviceAccountTokens: Controller = {
  name: 'serviceaccount-token-controller',
  watches: { secrets: secretKeys, serviceaccounts: accountKeys },
  reconcile(key, context) {
    const [namespace, name] = splitKey(key)
    const secret = context.api.get<Secret>('secrets', namespace, name)
    if (!isToken(secret) || secret.metadata.deletionTimestamp) return
    const { annotations = {} } = secret.metadata
    const account = context.api.get('serviceaccounts', namespace, annotations[NAME] ?? '')
    const { uid } = account?.metadata ?? {}
    if (!account || (annotations[UID] && annotations[UID] !== uid)) context.api.delete('secrets', namespace, name)
    else fill(secret, account, context)
  },
}

function fill(secret: Secret, account: KubeObject, { api, records, env }: ControllerContext): void {
  const { name, namespace, annotations } = secret.metadata
  const { data = {} } = secret
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const token = () => {
    const key = signingKey(records, env)
    const claims = {
      iss: ISSUER,
      [`${CLAIM}/namespace`]: namespace,
      [`${CLAIM}/secret.name`]: name,
      [`${CLAIM}/service-account.name`]: account.metadata.name,
      [`${CLAIM}/service-account.uid`]: account.metadata.uid,
      sub: `system:serviceaccount:${namespace}:${account.metadata.name}`,
    }
    return base64(signedToken(key, Buffer.from(sha256(key)).toString('base64url'), claims))
  }
  const wanted = { 'ca.crt': base64(CLUSTER_CA), namespace: base64(namespace ?? ''), token: data.token ?? token() }
  const same = Object.entries(wanted).every(([field, value]) => data[field] === value) && annotations?.[UID] === account.metadata.uid
  if (same) return
  const metadata = { ...secret.metadata, annotations: { ...annotations, [UID]: account.metadata.uid ?? '' } }
  api.update<Secret>({ ...secret, metadata, data: { ...data, ...wanted } })
}
