// An API server on an empty state, for tests of allocation and admission: two namespaces with their accounts.
import type { KubeObject } from '../../src/api/types'
import { decodeObject } from '../../src/apiserver/decode'
import type { RequestOptions } from '../../src/apiserver/options'
import { ApiServer } from '../../src/apiserver/server'
import { parseYaml } from '../../src/schema/yaml'
import { State } from '../../src/store/state'

/** Requests as kubectl sends them: YAML in, the stored object or the refusal's message out. */
export class TestServer {
  readonly server: ApiServer
  private chance = 0

  constructor() {
    const state = new State(undefined, { format: 1, clockOffset: 0, playedUntil: 0, resourceVersion: 0 } as never)
    const env = { now: () => Date.parse('2026-01-01T00:00:00Z'), random: () => (this.chance = (this.chance * 1.37 + 0.11) % 1) }
    const secret = () => '0'.repeat(64)
    this.server = new ApiServer(state, { ...env, secret }, () => {})
    for (const name of ['default', 'other']) {
      this.make(`{apiVersion: v1, kind: Namespace, metadata: {name: ${name}}}`)
      this.make(`{apiVersion: v1, kind: ServiceAccount, metadata: {name: default, namespace: ${name}}}`)
    }
  }

  private decode(text: string): KubeObject {
    const value = parseYaml(text) as Record<string, unknown>
    const info = this.server.resourceOf(value as { apiVersion: string; kind: string })
    return decodeObject(this.server, info, value, 'Strict')
  }

  make(text: string, options: Partial<RequestOptions> = {}): KubeObject {
    return this.server.create(this.decode(text), { manager: 'test', ...options })
  }

  change(text: string): KubeObject {
    return this.server.update(this.decode(text), { manager: 'test' })
  }

  /** The message of the refusal; fails when there is none. */
  refusal(text: string, verb: 'make' | 'change' = 'make'): string {
    try {
      this[verb](text)
    } catch (error) {
      return (error as Error).message
    }
    throw new Error('not refused')
  }
}
