// RESP, the protocol of Redis: parsing what clients send, writing and showing replies.

export type Reply = string | number | null | Reply[] | { status: string } | { error: string }

/** The commands in a piece of input, arrays of bulk strings or inline lines; `rest` is not complete yet. */
export function parseCommands(input: string): { commands: string[][]; rest: string } {
  const commands: string[][] = []
  let at = 0
  while (at < input.length) {
    const end = input.indexOf('\n', at)
    if (end < 0) break
    const line = input.slice(at, end).replace(/\r$/, '')
    if (!line.startsWith('*')) {
      const words = splitWords(line)
      if (words.length > 0) commands.push(words)
      at = end + 1
      continue
    }
    const words: string[] = []
    let next = end + 1
    for (let i = 0; i < Number(line.slice(1)); i++) {
      const sizeEnd = input.indexOf('\n', next)
      if (sizeEnd < 0) return { commands, rest: input.slice(at) }
      const size = Number(input.slice(next + 1, sizeEnd).replace(/\r$/, ''))
      if (input.length < sizeEnd + 1 + size) return { commands, rest: input.slice(at) }
      words.push(input.slice(sizeEnd + 1, sizeEnd + 1 + size))
      next = sizeEnd + 1 + size
      if (input[next] === '\r') next++
      if (input[next] === '\n') next++
    }
    commands.push(words)
    at = next
  }
  return { commands, rest: input.slice(at) }
}

export function splitWords(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)].map(
    (m) => m[1]?.replace(/\\(.)/g, (_, c: string) => ({ n: '\n', r: '\r', t: '\t' })[c] ?? c) ?? m[2] ?? m[3],
  )
}

export function encodeCommand(words: string[]): string {
  return `*${words.length}\r\n${words.map((w) => `$${w.length}\r\n${w}\r\n`).join('')}`
}

export function encodeReply(reply: Reply): string {
  if (reply === null) return '$-1\r\n'
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`
  if (typeof reply === 'number') return `:${reply}\r\n`
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encodeReply).join('')}`
  return 'status' in reply ? `+${reply.status}\r\n` : `-${reply.error}\r\n`
}

/** One reply at the head of `text`. */
export function decodeReply(text: string): { reply: Reply; rest: string } {
  const end = text.indexOf('\r\n')
  const line = text.slice(1, end)
  const rest = text.slice(end + 2)
  switch (text[0]) {
    case '+':
      return { reply: { status: line }, rest }
    case '-':
      return { reply: { error: line }, rest }
    case ':':
      return { reply: Number(line), rest }
    case '$': {
      const size = Number(line)
      return size < 0 ? { reply: null, rest } : { reply: rest.slice(0, size), rest: rest.slice(size + 2) }
    }
    default: {
      const list: Reply[] = []
      let left = rest
      for (let i = 0; i < Number(line); i++) {
        const item = decodeReply(left)
        list.push(item.reply)
        left = item.rest
      }
      return { reply: list, rest: left }
    }
  }
}

/** As redis-cli shows it: to a terminal with types, otherwise bare. */
export function showReply(reply: Reply, terminal: boolean, indent = ''): string {
  if (reply === null) return terminal ? '(nil)' : ''
  if (typeof reply === 'number') return terminal ? `(integer) ${reply}` : String(reply)
  if (typeof reply === 'string') return terminal ? JSON.stringify(reply) : reply
  if (!Array.isArray(reply)) return 'status' in reply ? reply.status : terminal ? `(error) ${reply.error}` : reply.error
  if (reply.length === 0) return terminal ? '(empty array)' : ''
  if (!terminal) return reply.map((r) => showReply(r, false)).join('\n')
  const width = String(reply.length).length
  return reply
    .map((r, i) => `${i === 0 ? '' : indent}${String(i + 1).padStart(width)}) ${showReply(r, true, `${indent}${' '.repeat(width + 2)}`)}`)
    .join('\n')
}
