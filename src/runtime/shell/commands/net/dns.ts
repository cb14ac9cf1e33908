// DNS clients: nslookup (BusyBox's two generations and BIND's), dig, host, getent.
import { hostsEntry, isAddress } from '../../../hosts'
import type { Command, CommandIo } from '../../../process'
import type { DnsRecord, DnsReply } from '../../../world'
import { isGnu } from '../errors'
import { formatDate } from '../system'

function plain(name: string): string {
  return name.replace(/\.$/, '')
}

/** `4.3.2.1.in-addr.arpa` of an address, undefined for what is none. */
function reverseName(text: string): string | undefined {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) ? `${text.split('.').reverse().join('.')}.in-addr.arpa` : undefined
}

/** nslookup's lines for one record. */
function recordLines(record: DnsRecord, fullTarget: boolean): string {
  const name = plain(record.name)
  const target = (text: string) => (fullTarget ? text : plain(text))
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return `Name:\t${name}\nAddress: ${record.data}\n`
    case 'CNAME':
      return `${name}\tcanonical name = ${target(record.data)}\n`
    case 'PTR':
      return `${name}\tname = ${target(record.data)}\n`
    case 'NS':
      return `${name}\tnameserver = ${target(record.data)}\n`
    case 'SRV':
      return `${name}\tservice = ${target(record.data)}\n`
    case 'MX':
      return `${name}\tmail exchanger = ${target(record.data)}\n`
    case 'TXT':
      return `${name}\ttext = ${record.data}\n`
    case 'SOA': {
      const [ns, mail, serial, refresh, retry, expire, minimum] = record.data.split(' ')
      return `${name}\n\torigin = ${plain(ns)}\n\tmail addr = ${plain(mail)}\n\tserial = ${serial}\n\trefresh = ${refresh}\n\tretry = ${retry}\n\texpire = ${expire}\n\tminimum = ${minimum}\n`
    }
    default:
      return ''
  }
}

/** The minor version in a busybox or alpine image's tag that decides which nslookup it holds. */
function isOldBusybox(io: CommandIo): boolean {
  const tag = /busybox:(?:v)?1\.(\d+)/.exec(io.process.container.image)
  return tag !== null && Number(tag[1]) <= 28
}

export const nslookup: Command = (io) => {
  if (isGnu(io) || /dnsutils|jessie|bind/.test(io.process.container.image)) return bindNslookup(io)
  const types: string[] = []
  const words: string[] = []
  for (const arg of io.args) {
    const type = /^-(?:type|querytype|t|q|ty)=(\w+)$/.exec(arg)
    if (type) types.push(type[1].toUpperCase())
    else if (!arg.startsWith('-')) words.push(arg)
  }
  const [name, server] = words
  if (name === undefined) {
    io.err(
      'BusyBox v1.36.1 (2024-05-18 00:09:43 UTC) multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n\nQuery DNS about HOST\n',
    )
    return 1
  }
  return isOldBusybox(io) ? oldNslookup(io, name, server) : newNslookup(io, name, server, types)
}

/** BusyBox 1.29 and later: one question for each type and, for names without a dot, for each entry of the search list. */
function newNslookup(io: CommandIo, name: string, server: string | undefined, types: string[]): number {
  const pointer = types.length === 0 ? reverseName(name) : undefined
  const search = (io.files.read('/etc/resolv.conf') ?? '').match(/^search (.*)$/m)?.[1].split(/\s+/) ?? []
  const names = pointer
    ? [pointer]
    : name.includes('.') || search.length === 0 || types.includes('PTR')
      ? [name]
      : search.map((s) => `${name}.${s}`)
  const asked = pointer ? ['PTR'] : types.length > 0 ? types : ['A', 'AAAA']
  let status = 0
  let first = true
  const at = server === undefined ? undefined : isAddress(server) ? server : io.process.resolve(server)?.[0]
  for (const type of asked) {
    for (const n of names) {
      const reply = io.process.dns.query(n, type, at)
      if (reply.outcome !== 'answered') {
        io.out(';; connection timed out; no servers could be reached\n\n')
        return 1
      }
      if (first) io.out(`Server:\t\t${server ?? reply.server}\nAddress:\t${reply.server}:53\n\n`)
      first = false
      if (reply.rcode !== 'NOERROR') {
        io.out(`** server can't find ${plain(n)}: ${reply.rcode}\n`)
        status = 1
      } else {
        if (!reply.authoritative) io.out('Non-authoritative answer:\n')
        for (const record of reply.answers) io.out(recordLines(record, false))
      }
      io.out('\n')
    }
  }
  return status
}

/** The name an address has, for the old nslookup. */
function nameOfAddress(io: CommandIo, ip: string): string {
  const pointer = reverseName(ip)
  const reply = pointer ? io.process.dns.query(pointer, 'PTR') : undefined
  return reply?.answers[0] ? ` ${plain(reply.answers[0].data)}` : ''
}

/** BusyBox up to 1.28: getaddrinfo, the search list included. */
function oldNslookup(io: CommandIo, name: string, server: string | undefined): number {
  const { servers } = io.process.dns.search(name)
  const own = server ?? servers[0] ?? '127.0.0.1'
  io.out(`Server:    ${own}\nAddress 1: ${own}${nameOfAddress(io, own)}\n\n`)
  const addresses = isAddress(name) ? [name] : io.process.resolve(name)
  if (!addresses) {
    io.err(`nslookup: can't resolve '${name}'\n`)
    return 1
  }
  io.out(`Name:      ${name}\n`)
  for (const [i, ip] of addresses.entries()) io.out(`Address ${i + 1}: ${ip}${nameOfAddress(io, ip)}\n`)
  return 0
}

/** BIND's: walks the search list, shows the first name that has something. */
function bindNslookup(io: CommandIo): number {
  let types = ['A', 'AAAA']
  const words: string[] = []
  for (const arg of io.args) {
    const type = /^-(?:type|querytype|query|q|ty)=(\w+)$/i.exec(arg)
    if (type) types = [type[1].toUpperCase()]
    else if (!arg.startsWith('-')) words.push(arg)
  }
  const [name, server] = words
  if (name === undefined) return 0
  const pointer = reverseName(name)
  if (pointer) types = ['PTR']
  const names = pointer ? [pointer] : io.process.dns.search(name).names
  let last: DnsReply | undefined
  for (const n of names) {
    const replies = types.map((t) => io.process.dns.query(n, t, server))
    last = replies[0]
    if (last.outcome !== 'answered') break
    if (replies.some((r) => r.answers.length > 0)) {
      header(io, server, last)
      if (!last.authoritative) io.out('Non-authoritative answer:\n')
      for (const reply of replies) for (const record of reply.answers) io.out(recordLines(record, true))
      io.out('\n')
      return 0
    }
  }
  if (last?.outcome !== 'answered') {
    io.out(';; connection timed out; no servers could be reached\n\n')
    return 1
  }
  header(io, server, last)
  // NODATA is said of the name as typed, NXDOMAIN too.
  io.out(last.rcode === 'NOERROR' ? `*** Can't find ${name}: No answer\n\n` : `** server can't find ${pointer ?? name}: ${last.rcode}\n\n`)
  return 1
}

function header(io: CommandIo, server: string | undefined, reply: DnsReply): void {
  io.out(`Server:\t\t${server ?? reply.server}\nAddress:\t${reply.server}#53\n\n`)
}

interface DigOptions {
  server?: string
  short: boolean
  search: boolean
  queries: { name: string; type: string }[]
  only?: 'answer'
  comments: boolean
}

function digOptions(args: string[]): DigOptions {
  const o: DigOptions = { short: false, search: false, queries: [], comments: true }
  let type: string | undefined
  const TYPES = /^(?:A|AAAA|NS|CNAME|SOA|PTR|MX|TXT|SRV|ANY|AXFR)$/i
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    if (arg.startsWith('@')) o.server = arg.slice(1)
    else if (arg === '+short') o.short = true
    else if (arg === '+search') o.search = true
    else if (arg === '+noall' || arg === '+nocomments') o.comments = false
    else if (arg === '+answer') o.only = 'answer'
    else if (arg.startsWith('+')) continue
    else if (arg === '-t' || arg === '-q') {
      const value = args[++i] ?? ''
      if (arg === '-t') type = value
      else o.queries.push({ name: value, type: type ?? 'A' })
    } else if (arg === '-x') o.queries.push({ name: reverseName(args[++i] ?? '') ?? '', type: 'PTR' })
    else if (arg === '-4' || arg === '-6') continue
    else if (TYPES.test(arg) && (o.queries.length > 0 || type === undefined) && !arg.includes('.')) {
      if (o.queries.length > 0) o.queries.at(-1)!.type = arg
      else type = arg
    } else if (!/^(?:IN|CH)$/i.test(arg)) o.queries.push({ name: arg, type: type ?? 'A' })
  }
  if (o.queries.length === 0) o.queries.push({ name: '.', type: type ?? 'NS' })
  return o
}

export const dig: Command = (io) => {
  const o = digOptions(io.args)
  let status = 0
  const server = o.server === undefined || isAddress(o.server) ? o.server : io.process.resolve(o.server)?.[0]
  if (o.server !== undefined && server === undefined) {
    io.err(`dig: couldn't get address for '${o.server}': not found\n`)
    return 10
  }
  for (const { name, type } of o.queries) {
    const names = o.search ? io.process.dns.search(name).names : [name]
    let reply = io.process.dns.query(names[0], type, server)
    let asked = names[0]
    for (const n of names.slice(1)) {
      if (reply.outcome !== 'answered' || reply.answers.length > 0) break
      reply = io.process.dns.query(n, type, server)
      asked = n
    }
    if (reply.outcome !== 'answered') {
      const why =
        reply.outcome === 'refused'
          ? `;; communications error to ${reply.server}#53: connection refused\n`
          : `;; communications error to ${reply.server}#53: timed out\n`
      io.out(`${why.repeat(3)}\n; <<>> DiG 9.18.28 <<>> ${io.args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`)
      status = 9
      continue
    }
    if (o.short) for (const r of reply.answers) io.out(`${r.data}\n`)
    else printDig(io, o, asked, type, reply)
  }
  return status
}

function printDig(io: CommandIo, o: DigOptions, name: string, type: string, reply: DnsReply): void {
  const shown = (r: DnsRecord) => {
    const owner = r.name.padEnd(23)
    return `${owner.endsWith(' ') ? owner.replace(/ +$/, (s) => '\t'.repeat(Math.ceil(s.length / 8))) : `${owner} `}${r.ttl}\tIN\t${r.type}\t${r.data}\n`
  }
  if (!o.comments) {
    if (o.only) for (const r of reply.answers) io.out(shown(r))
    return
  }
  const now = io.process.env.now()
  const flags = ['qr', ...(reply.authoritative ? ['aa'] : []), 'rd', ...(reply.authoritative ? [] : ['ra'])].join(' ')
  const id = Math.floor(io.process.env.random() * 65536)
  io.out(`\n; <<>> DiG 9.18.28 <<>> ${io.args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n`)
  io.out(`;; ->>HEADER<<- opcode: QUERY, status: ${reply.rcode}, id: ${id}\n`)
  io.out(
    `;; flags: ${flags}; QUERY: 1, ANSWER: ${reply.answers.length}, AUTHORITY: ${reply.authority.length}, ADDITIONAL: ${reply.additional.length + 1}\n`,
  )
  if (reply.authoritative) io.out(';; WARNING: recursion requested but not available\n')
  io.out(
    `\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;${`${plain(name)}.`.padEnd(22)}\tIN\t${type.toUpperCase()}\n\n`,
  )
  for (const [title, list] of [
    ['ANSWER', reply.answers],
    ['AUTHORITY', reply.authority],
    ['ADDITIONAL', reply.additional],
  ] as const) {
    if (list.length > 0) io.out(`;; ${title} SECTION:\n${list.map(shown).join('')}\n`)
  }
  io.out(
    `;; Query time: 0 msec\n;; SERVER: ${reply.server}#53(${reply.server}) (UDP)\n;; WHEN: ${formatDate(now, '%a %b %d %H:%M:%S UTC %Y')}\n;; MSG SIZE  rcvd: ${100 + 20 * reply.answers.length}\n\n`,
  )
}

export const host: Command = (io) => {
  const words: string[] = []
  let types = ['A', 'AAAA', 'MX']
  for (let i = 0; i < io.args.length; i++) {
    if (io.args[i] === '-t') types = [io.args[++i].toUpperCase()]
    else if (!io.args[i].startsWith('-')) words.push(io.args[i])
  }
  const [name, server] = words
  const pointer = reverseName(name ?? '')
  if (pointer) types = ['PTR']
  const names = pointer ? [pointer] : io.process.dns.search(name ?? '').names
  let rcode = 'NXDOMAIN'
  for (const n of names) {
    const replies = types.map((t) => io.process.dns.query(n, t, server))
    if (replies[0].outcome !== 'answered') {
      io.out(';; connection timed out; no servers could be reached\n')
      return 1
    }
    rcode = replies[0].rcode
    const records = replies.flatMap((r) => r.answers)
    if (records.length === 0) continue
    for (const r of records) {
      const what: Record<string, string> = {
        A: 'has address',
        AAAA: 'has IPv6 address',
        CNAME: 'is an alias for',
        PTR: 'domain name pointer',
        SRV: 'has SRV record',
        TXT: 'descriptive text',
        NS: 'name server',
        MX: 'mail is handled by',
      }
      io.out(`${plain(r.name)} ${what[r.type] ?? `has ${r.type} record`} ${r.data}\n`)
    }
    return 0
  }
  io.out(rcode === 'NOERROR' ? `${name} has no ${types[0]} record\n` : `Host ${pointer ? `${pointer}.` : name} not found: 3(NXDOMAIN)\n`)
  return 1
}

export const getent: Command = (io) => {
  const [database, ...keys] = io.args
  if (!/^(?:a?hosts(?:v4)?)$/.test(database ?? '')) {
    const file = database === 'passwd' || database === 'group' ? (io.files.read(`/etc/${database}`) ?? '') : undefined
    if (file === undefined) return 1
    const lines = file.split('\n').filter((l) => keys.length === 0 || keys.some((k) => l.split(':')[0] === k || l.split(':')[2] === k))
    io.out(
      lines
        .filter(Boolean)
        .map((l) => `${l}\n`)
        .join(''),
    )
    return lines.length > 0 ? 0 : 2
  }
  let status = 0
  for (const key of keys) {
    const local = hostsEntry(io.files.read('/etc/hosts') ?? '', key)
    const addresses = isAddress(key) ? [key] : local ? [local] : io.process.resolve(key)
    if (!addresses) {
      status = 2
      continue
    }
    const found = local || isAddress(key) ? key : fullName(io, key)
    for (const ip of addresses) {
      if (database === 'hosts') io.out(`${ip.padEnd(15)} ${ip.length >= 15 ? '' : ''}${found}${!local && found !== key ? ` ${key}` : ''}\n`)
      else io.out(`${ip.padEnd(15)} STREAM ${found}\n${ip.padEnd(15)} DGRAM  \n${ip.padEnd(15)} RAW    \n`)
    }
  }
  return status
}

/** The name of the search list under which a name was found. */
function fullName(io: CommandIo, name: string): string {
  const found = io.process.dns.search(name).names.find((n) => io.process.dns.query(n, 'A').answers.length > 0)
  return found ? plain(found) : name
}
