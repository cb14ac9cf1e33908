// Files of a directory over HTTP, for `proxy --www`: listings, index pages, ranges left out. Follows Go's net/http FileServer.
import fs from 'node:fs'
import type http from 'node:http'
import path from 'node:path'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webp': 'image/webp',
  '.xml': 'text/xml; charset=utf-8',
}

/** Answers with the file `name` (percent-encoded, below the prefix) of a directory, which nothing leads out of. */
export function serveFile(base: string, name: string, response: http.ServerResponse): void {
  const wanted = decodedPath(name)
  const found = wanted === undefined ? undefined : within(base, wanted)
  if (wanted === undefined || !found) {
    missing(response)
    return
  }
  const { file, stat } = found
  const isFolder = stat.isDirectory()
  if (/(^|\/)index\.html$/.test(wanted)) redirect(response, './')
  else if (isFolder && !wanted.endsWith('/')) redirect(response, `${path.posix.basename(wanted)}/`)
  else if (!isFolder && wanted.endsWith('/')) redirect(response, `../${path.posix.basename(wanted)}`)
  else if (!isFolder) sendFile(file, stat, response)
  else {
    const index = within(base, `${wanted}index.html`)
    if (index?.stat.isFile()) sendFile(index.file, index.stat, response)
    else listing(file, stat, response)
  }
}

function decodedPath(name: string): string | undefined {
  try {
    const decoded = decodeURIComponent(name)
    return decoded.includes('\0') ? undefined : `/${decoded.replace(/^\/+/, '')}`
  } catch {
    return undefined
  }
}

function within(base: string, wanted: string): { file: string; stat: fs.Stats } | undefined {
  const file = path.join(base, path.posix.normalize(wanted))
  try {
    // Links lead where they want within the directory, and nowhere else. Go's server follows them anywhere.
    const [root, real] = [fs.realpathSync(base), fs.realpathSync(file)]
    const stat = fs.statSync(real)
    const inside = real === root || real.startsWith(root.endsWith(path.sep) ? root : root + path.sep)
    // A pipe or a device would never end.
    return inside && (stat.isFile() || stat.isDirectory()) ? { file: real, stat } : undefined
  } catch {
    return undefined
  }
}

function redirect(response: http.ServerResponse, location: string): void {
  response.writeHead(301, { Location: location, 'Content-Length': 0 }).end()
}

function missing(response: http.ServerResponse): void {
  const body = '404 page not found\n'
  response
    .writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', 'Content-Length': body.length })
    .end(body)
}

function sendFile(file: string, stat: fs.Stats, response: http.ServerResponse): void {
  const stream = fs.createReadStream(file)
  response.once('close', () => stream.destroy())
  stream.on('error', () => (response.headersSent ? response.destroy() : missing(response)))
  stream.once('open', () => {
    response.writeHead(200, {
      'Content-Type': TYPES[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
      'Content-Length': stat.size,
      'Last-Modified': stat.mtime.toUTCString(),
    })
    stream.pipe(response)
  })
}

function listing(folder: string, stat: fs.Stats, response: http.ServerResponse): void {
  const entries = fs.readdirSync(folder, { withFileTypes: true }).map((entry) => entry.name + (entry.isDirectory() ? '/' : ''))
  const links = entries.sort().map((name) => `<a href="${encodedName(name)}">${escaped(name)}</a>\n`)
  const head = '<!doctype html>\n<meta name="viewport" content="width=device-width">\n'
  const body = Buffer.from(`${head}<pre>\n${links.join('')}</pre>\n`)
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Last-Modified': stat.mtime.toUTCString(),
      'Content-Length': body.length,
    })
    .end(body)
}

function encodedName(name: string): string {
  const plain = encodeURI(name).replaceAll('?', '%3F').replaceAll('#', '%23')
  return plain.includes(':') ? `./${plain}` : plain
}

/** As HTML has it. */
export function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (char) => entities[char])
}
