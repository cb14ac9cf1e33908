// `authorizer` and what it answers, as expressions of policies ask it. Upstream: apiserver/pkg/cel/library/authz.go.
import type { View } from '../../../api/contracts'
import { CelError, ReceiverValue } from '../../../lib/cel/values'
import { isDns1123Label, isDns1123Subdomain } from '../../../lib/names'
import { type Access, impersonated, isAllowed, type User } from '../../authorization'

class Decision extends ReceiverValue {
  constructor(private readonly allowed: boolean) {
    super()
  }
  call(name: string): unknown {
    if (name === 'allowed') return this.allowed
    if (name === 'errored') return false
    return name === 'reason' || name === 'error' ? '' : undefined
  }
}

class PathCheck extends ReceiverValue {
  constructor(
    private readonly authorizer: Authorizer,
    private readonly path: string,
  ) {
    super()
  }
  call(name: string, [verb]: unknown[]): unknown {
    return name === 'check' ? this.authorizer.decide({ verb: String(verb), path: this.path }) : undefined
  }
}

interface Asked {
  group: string
  resource: string
  subresource?: string
  namespace?: string
  name?: string
}

const NARROWING = ['subresource', 'namespace', 'name']

export class ResourceCheck extends ReceiverValue {
  constructor(
    private readonly authorizer: Authorizer,
    private readonly asked: Asked,
  ) {
    super()
  }
  call(name: string, [argument]: unknown[]): unknown {
    if (NARROWING.includes(name)) return new ResourceCheck(this.authorizer, { ...this.asked, [name]: String(argument) || undefined })
    // RBAC does not look at selectors.
    if (name === 'fieldSelector' || name === 'labelSelector') return this
    return name === 'check' ? this.authorizer.decide({ verb: String(argument), ...this.asked }) : undefined
  }
}

class GroupCheck extends ReceiverValue {
  constructor(
    private readonly authorizer: Authorizer,
    private readonly group: string,
  ) {
    super()
  }
  call(name: string, [argument]: unknown[]): unknown {
    if (name !== 'resource') return undefined
    const resource = String(argument)
    if (!resource.trim()) throw new CelError('resource must not be empty')
    return new ResourceCheck(this.authorizer, { group: this.group, resource })
  }
}

export class Authorizer extends ReceiverValue {
  constructor(
    private readonly view: View,
    private readonly user: User,
  ) {
    super()
  }

  decide(access: Access): Decision {
    return new Decision(isAllowed(this.view, this.user, access))
  }

  call(name: string, args: unknown[]): unknown {
    const [first, second] = args.map(String)
    switch (name) {
      case 'path':
        if (!first.trim()) throw new CelError('path must not be empty')
        return new PathCheck(this, first)
      case 'group':
        return new GroupCheck(this, first)
      case 'serviceAccount':
        if (isDns1123Subdomain(second).length) throw new CelError('Invalid service account name')
        if (isDns1123Label(first).length) throw new CelError('Invalid service account namespace')
        return new Authorizer(this.view, impersonated(`system:serviceaccount:${first}:${second}`, []))
    }
    return undefined
  }
}
