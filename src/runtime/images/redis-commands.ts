// Redis' data and its commands.
import { matches } from '../shell/pattern'
import type { Reply } from './redis-protocol'

export type Value = string | { list: string[] } | { set: string[] } | { hash: Record<string, string> } | { zset: Record<string, number> }
export interface Entry {
  value: Value
  /** ms of cluster time */
  expiresAt?: number
}
export type Keys = Record<string, Entry>

export interface Session {
  keys: Keys
  now: number
  config: Record<string, string>
  /** Lines of INFO. */
  info: string
}

const OK: Reply = { status: 'OK' }
const WRONG: Reply = { error: 'WRONGTYPE Operation against a key holding the wrong kind of value' }
const NOT_INTEGER: Reply = { error: 'ERR value is not an integer or out of range' }
const SYNTAX: Reply = { error: 'ERR syntax error' }

class WrongType extends Error {}

function live(s: Session, key: string): Entry | undefined {
  const entry = s.keys[key]
  if (!entry) return undefined
  if (entry.expiresAt !== undefined && entry.expiresAt <= s.now) {
    delete s.keys[key]
    return undefined
  }
  return entry
}

function text(s: Session, key: string): string | undefined {
  const value = live(s, key)?.value
  if (value !== undefined && typeof value !== 'string') throw new WrongType()
  return value
}

function part<K extends 'list' | 'set' | 'hash' | 'zset'>(
  s: Session,
  key: string,
  kind: K,
  create: Extract<Value, Record<K, unknown>>,
): Extract<Value, Record<K, unknown>> {
  const value = live(s, key)?.value
  if (value === undefined) return create
  if (typeof value === 'string' || !(kind in value)) throw new WrongType()
  return structuredClone(value) as Extract<Value, Record<K, unknown>>
}

function put(s: Session, key: string, value: Value, keepTtl = true): void {
  const before = live(s, key)
  const empty =
    typeof value !== 'string' && Object.values(value).every((v) => (Array.isArray(v) ? v.length : Object.keys(v as object).length) === 0)
  if (empty) delete s.keys[key]
  else s.keys[key] = { value, ...(keepTtl && before?.expiresAt !== undefined ? { expiresAt: before.expiresAt } : {}) }
}

function increment(s: Session, key: string, by: number): Reply {
  const before = text(s, key) ?? '0'
  if (!/^-?\d+$/.test(before) || !Number.isInteger(by)) return NOT_INTEGER
  const after = Number(before) + by
  put(s, key, String(after))
  return after
}

function range<T>(list: T[], from: number, to: number): T[] {
  const start = from < 0 ? Math.max(0, list.length + from) : from
  const end = to < 0 ? list.length + to : to
  return list.slice(start, end + 1)
}

function setCommand(s: Session, args: string[]): Reply {
  const [key, value, ...options] = args
  let expiresAt: number | undefined
  let before: string | undefined
  const upper = options.map((o) => o.toUpperCase())
  if (upper.includes('GET')) before = text(s, key)
  for (let i = 0; i < upper.length; i++) {
    if (upper[i] === 'NX' && live(s, key)) return upper.includes('GET') ? (before ?? null) : null
    if (upper[i] === 'XX' && !live(s, key)) return null
    if (upper[i] === 'EX') expiresAt = s.now + Number(options[++i]) * 1000
    else if (upper[i] === 'PX') expiresAt = s.now + Number(options[++i])
    else if (!['NX', 'XX', 'GET', 'KEEPTTL'].includes(upper[i])) return SYNTAX
  }
  put(s, key, value, upper.includes('KEEPTTL'))
  if (expiresAt !== undefined) s.keys[key] = { ...s.keys[key], expiresAt }
  return upper.includes('GET') ? (before ?? null) : OK
}

function expire(s: Session, key: string, at: number): Reply {
  const entry = live(s, key)
  if (!entry) return 0
  if (Number.isNaN(at)) return NOT_INTEGER
  s.keys[key] = { ...entry, expiresAt: at }
  live(s, key)
  return 1
}

function ttl(s: Session, key: string, unit: number): Reply {
  const entry = live(s, key)
  return entry ? (entry.expiresAt === undefined ? -1 : Math.ceil((entry.expiresAt - s.now) / unit)) : -2
}

function typeName(value: Value | undefined): string {
  return value === undefined ? 'none' : typeof value === 'string' ? 'string' : Object.keys(value)[0]
}

type Handler = (s: Session, args: string[]) => Reply
/** Least number of arguments, handler, and whether it changes data. */
const COMMANDS: Record<string, [number, Handler]> = {
  ping: [0, (_, [message]) => message ?? { status: 'PONG' }],
  echo: [1, (_, [message]) => message],
  get: [1, (s, [key]) => text(s, key) ?? null],
  set: [2, setCommand],
  setnx: [2, (s, [key, value]) => (setCommand(s, [key, value, 'NX']) === null ? 0 : 1)],
  setex: [3, (s, [key, seconds, value]) => setCommand(s, [key, value, 'EX', seconds])],
  getset: [2, (s, [key, value]) => setCommand(s, [key, value, 'GET'])],
  getdel: [
    1,
    (s, [key]) => {
      const before = text(s, key) ?? null
      delete s.keys[key]
      return before
    },
  ],
  mget: [1, (s, keys) => keys.map((k) => (typeof live(s, k)?.value === 'string' ? (live(s, k)!.value as string) : null))],
  mset: [
    2,
    (s, args) => {
      for (let i = 0; i + 1 < args.length; i += 2) put(s, args[i], args[i + 1], false)
      return OK
    },
  ],
  append: [
    2,
    (s, [key, more]) => {
      const value = (text(s, key) ?? '') + more
      put(s, key, value)
      return value.length
    },
  ],
  strlen: [1, (s, [key]) => (text(s, key) ?? '').length],
  incr: [1, (s, [key]) => increment(s, key, 1)],
  decr: [1, (s, [key]) => increment(s, key, -1)],
  incrby: [2, (s, [key, by]) => increment(s, key, Number(by))],
  decrby: [2, (s, [key, by]) => increment(s, key, -Number(by))],
  incrbyfloat: [
    2,
    (s, [key, by]) => {
      const value = String(Number(text(s, key) ?? 0) + Number(by))
      put(s, key, value)
      return value
    },
  ],
  del: [1, (s, keys) => keys.filter((k) => live(s, k) && delete s.keys[k]).length],
  unlink: [1, (s, keys) => keys.filter((k) => live(s, k) && delete s.keys[k]).length],
  exists: [1, (s, keys) => keys.filter((k) => live(s, k)).length],
  expire: [2, (s, [key, seconds]) => expire(s, key, s.now + Number(seconds) * 1000)],
  pexpire: [2, (s, [key, ms]) => expire(s, key, s.now + Number(ms))],
  expireat: [2, (s, [key, at]) => expire(s, key, Number(at) * 1000)],
  persist: [
    1,
    (s, [key]) => {
      const e = live(s, key)
      if (e?.expiresAt === undefined) return 0
      s.keys[key] = { value: e.value }
      return 1
    },
  ],
  ttl: [1, (s, [key]) => ttl(s, key, 1000)],
  pttl: [1, (s, [key]) => ttl(s, key, 1)],
  type: [1, (s, [key]) => ({ status: typeName(live(s, key)?.value) })],
  keys: [1, (s, [pattern]) => Object.keys(s.keys).filter((k) => live(s, k) && matches(pattern, k))],
  scan: [
    1,
    (s, args) => {
      const at = args.findIndex((a) => a.toUpperCase() === 'MATCH')
      return ['0', Object.keys(s.keys).filter((k) => live(s, k) && (at < 0 || matches(args[at + 1], k)))]
    },
  ],
  rename: [
    2,
    (s, [from, to]) => {
      const e = live(s, from)
      if (!e) return { error: 'ERR no such key' }
      delete s.keys[from]
      s.keys[to] = e
      return OK
    },
  ],
  dbsize: [0, (s) => Object.keys(s.keys).filter((k) => live(s, k)).length],
  flushall: [
    0,
    (s) => {
      s.keys = {}
      return OK
    },
  ],
  flushdb: [
    0,
    (s) => {
      s.keys = {}
      return OK
    },
  ],
  lpush: [
    2,
    (s, [key, ...items]) => {
      const v = part(s, key, 'list', { list: [] })
      v.list.unshift(...items.reverse())
      put(s, key, v)
      return v.list.length
    },
  ],
  rpush: [
    2,
    (s, [key, ...items]) => {
      const v = part(s, key, 'list', { list: [] })
      v.list.push(...items)
      put(s, key, v)
      return v.list.length
    },
  ],
  lpop: [
    1,
    (s, [key]) => {
      const v = part(s, key, 'list', { list: [] })
      const item = v.list.shift() ?? null
      put(s, key, v)
      return item
    },
  ],
  rpop: [
    1,
    (s, [key]) => {
      const v = part(s, key, 'list', { list: [] })
      const item = v.list.pop() ?? null
      put(s, key, v)
      return item
    },
  ],
  llen: [1, (s, [key]) => part(s, key, 'list', { list: [] }).list.length],
  lindex: [2, (s, [key, at]) => part(s, key, 'list', { list: [] }).list.at(Number(at)) ?? null],
  lrange: [3, (s, [key, from, to]) => range(part(s, key, 'list', { list: [] }).list, Number(from), Number(to))],
  sadd: [
    2,
    (s, [key, ...items]) => {
      const v = part(s, key, 'set', { set: [] })
      const fresh = [...new Set(items)].filter((i) => !v.set.includes(i))
      v.set.push(...fresh)
      put(s, key, v)
      return fresh.length
    },
  ],
  srem: [
    2,
    (s, [key, ...items]) => {
      const v = part(s, key, 'set', { set: [] })
      const left = v.set.filter((i) => !items.includes(i))
      put(s, key, { set: left })
      return v.set.length - left.length
    },
  ],
  smembers: [1, (s, [key]) => part(s, key, 'set', { set: [] }).set],
  scard: [1, (s, [key]) => part(s, key, 'set', { set: [] }).set.length],
  sismember: [2, (s, [key, item]) => (part(s, key, 'set', { set: [] }).set.includes(item) ? 1 : 0)],
  hset: [
    3,
    (s, [key, ...pairs]) => {
      const v = part(s, key, 'hash', { hash: {} })
      let fresh = 0
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        if (!(pairs[i] in v.hash)) fresh++
        v.hash[pairs[i]] = pairs[i + 1]
      }
      put(s, key, v)
      return fresh
    },
  ],
  hmset: [
    3,
    (s, args) => {
      COMMANDS['hset'][1](s, args)
      return OK
    },
  ],
  hget: [2, (s, [key, field]) => part(s, key, 'hash', { hash: {} }).hash[field] ?? null],
  hgetall: [1, (s, [key]) => Object.entries(part(s, key, 'hash', { hash: {} }).hash).flat()],
  hkeys: [1, (s, [key]) => Object.keys(part(s, key, 'hash', { hash: {} }).hash)],
  hvals: [1, (s, [key]) => Object.values(part(s, key, 'hash', { hash: {} }).hash)],
  hlen: [1, (s, [key]) => Object.keys(part(s, key, 'hash', { hash: {} }).hash).length],
  hexists: [2, (s, [key, field]) => (field in part(s, key, 'hash', { hash: {} }).hash ? 1 : 0)],
  hdel: [
    2,
    (s, [key, ...fields]) => {
      const v = part(s, key, 'hash', { hash: {} })
      const gone = fields.filter((f) => f in v.hash && delete v.hash[f]).length
      put(s, key, v)
      return gone
    },
  ],
  hincrby: [
    3,
    (s, [key, field, by]) => {
      const v = part(s, key, 'hash', { hash: {} })
      const n = Number(v.hash[field] ?? 0) + Number(by)
      v.hash[field] = String(n)
      put(s, key, v)
      return n
    },
  ],
  zadd: [
    3,
    (s, [key, ...pairs]) => {
      const v = part(s, key, 'zset', { zset: {} })
      let fresh = 0
      for (let i = 0; i + 1 < pairs.length; i += 2) {
        if (!(pairs[i + 1] in v.zset)) fresh++
        v.zset[pairs[i + 1]] = Number(pairs[i])
      }
      put(s, key, v)
      return fresh
    },
  ],
  zscore: [
    2,
    (s, [key, member]) => {
      const n = part(s, key, 'zset', { zset: {} }).zset[member]
      return n === undefined ? null : String(n)
    },
  ],
  zcard: [1, (s, [key]) => Object.keys(part(s, key, 'zset', { zset: {} }).zset).length],
  zrange: [
    3,
    (s, [key, from, to, ...rest]) => {
      const all = Object.entries(part(s, key, 'zset', { zset: {} }).zset).sort((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
      const found = range(all, Number(from), Number(to))
      return rest.some((r) => r.toUpperCase() === 'WITHSCORES') ? found.flatMap(([m, n]) => [m, String(n)]) : found.map(([m]) => m)
    },
  ],
  config: [
    1,
    (s, [verb, key, value]) => {
      if (verb.toUpperCase() === 'SET') {
        s.config[key.toLowerCase()] = value
        return OK
      }
      if (verb.toUpperCase() !== 'GET') return OK
      return Object.entries(s.config)
        .filter(([k]) => matches((key ?? '').toLowerCase(), k))
        .flat()
    },
  ],
  info: [0, (s) => s.info],
  select: [1, () => OK],
  time: [0, (s) => [String(Math.floor(s.now / 1000)), String((s.now % 1000) * 1000)]],
  role: [0, () => ['master', 0, []]],
  client: [0, () => OK],
  command: [0, () => []],
  save: [0, () => OK],
  bgsave: [0, () => ({ status: 'Background saving started' })],
  quit: [0, () => OK],
  publish: [2, () => 0],
  object: [1, () => 'embstr'],
  memory: [0, () => 1],
  wait: [0, () => 0],
}

/** Runs one command; changes `session.keys` and `session.config` in place. */
export function runRedis(session: Session, words: string[]): Reply {
  const [name, ...args] = words
  const known = Object.hasOwn(COMMANDS, name.toLowerCase()) ? COMMANDS[name.toLowerCase()] : undefined
  if (!known) return { error: `ERR unknown command '${name}', with args beginning with: ${args.map((a) => `'${a}' `).join('')}` }
  if (args.length < known[0]) return { error: `ERR wrong number of arguments for '${name.toLowerCase()}' command` }
  try {
    return known[1](session, args)
  } catch (error) {
    if (error instanceof WrongType) return WRONG
    throw error
  }
}
