// YAML text to plain JSON as sigs.k8s.io/yaml reads it: YAML 1.1 words and numbers, times as text, the last of equal keys.
// Upstream: go.yaml.in/yaml/v2 {resolve,decode}.go, sigs.k8s.io/yaml (convertToJSONableObject).
import { type AliasNode, type MappingNode, type Node, parseNodes, type ScalarNode } from './parser'
import { YamlError } from './reader'

export { YamlError } from './reader'

const WORDS: Record<string, boolean | null> = {}
for (const word of ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']) WORDS[word] = true
for (const word of ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']) WORDS[word] = false
for (const word of ['', '~', 'null', 'Null', 'NULL']) WORDS[word] = null

/** strconv.ParseInt with base 0: `0x1f`, `0b11`, `0o17`, `017`. */
function parseInteger(text: string): number | undefined {
  const parts = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/.exec(text)
  if (!parts) return undefined
  const digits = parts[2]
  const octal = /^0[oO]?[0-7]+$/.test(digits)
  const value = octal ? Number.parseInt(digits.replace(/^0[oO]?/, ''), 8) : Number(digits)
  if (value >= 2 ** 64) return undefined
  return parts[1] === '-' ? -value : value
}

/** The value of an unquoted scalar; to the later library only true and false are such. */
function resolvePlain(text: string, later: boolean): string | number | boolean | null {
  if (Object.hasOwn(WORDS, text)) return later && /^(y|n|yes|no|on|off)$/i.test(text) ? text : WORDS[text]
  const first = text[0]
  if (first === '.') {
    return /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : text
  }
  if (!/[-+0-9]/.test(first)) return text
  const plain = text.replaceAll('_', '')
  const integer = parseInteger(plain)
  if (integer !== undefined) return Object.is(integer, -0) ? 0 : integer
  const float = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(plain) ? Number(plain) : Number.NaN
  // strconv.ParseFloat refuses what is out of range.
  return Number.isFinite(float) ? float : text
}

function resolveScalar({ value, plain, tag }: ScalarNode, later: boolean): string | number | boolean | null {
  const short = tag?.replace(/^!<tag:yaml.org,2002:(.*)>$/, '!!$1')
  if (short === '!!str') return value
  if (short === '!!binary') return Buffer.from(value, 'base64').toString('latin1')
  if (!plain && (short === undefined || short === '!')) return value
  return short === '!' ? value : resolvePlain(value, later)
}

/** fmt's `%#v` of a decoded value, as go-yaml prints a key that is none. */
function goSyntax(value: unknown): string {
  if (value === null) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `map[interface {}]interface {}{${entries.map(([k, v]) => `${JSON.stringify(k)}:${goSyntax(v)}`).join(', ')}}`
  }
  return JSON.stringify(value)
}

/** Counts what aliases multiply, so that a few lines cannot become a giant. Upstream: decode.go (allowedAliasRatio). */
class Decoder {
  private decoded = 0
  private aliased = 0
  private depth = 0
  private readonly expanding = new Set<Node>()

  constructor(private readonly later = false) {}

  private count(): void {
    this.decoded++
    if (this.depth > 0) this.aliased++
    const most = this.decoded <= 400_000 ? 0.99 : this.decoded >= 4_000_000 ? 0.1 : 0.99 - (0.89 * (this.decoded - 400_000)) / 3_600_000
    if (this.aliased > 100 && this.decoded > 1000 && this.aliased / this.decoded > most) {
      throw new YamlError('document contains excessive aliasing')
    }
  }

  decode(node: Node): unknown {
    this.count()
    switch (node.kind) {
      case 'scalar':
        return resolveScalar(node, this.later)
      case 'sequence':
        return node.items.map((item) => this.decode(item))
      case 'mapping':
        return this.mapping(node)
      case 'alias':
        return this.alias(node, (target) => this.decode(target))
    }
  }

  private alias<T>({ name, target }: AliasNode, use: (target: Node) => T): T {
    if (!target) throw new YamlError(`unknown anchor '${name}' referenced`)
    if (this.expanding.has(target)) throw new YamlError(`anchor '${name}' value contains itself`)
    this.expanding.add(target)
    this.depth++
    try {
      return use(target)
    } finally {
      this.depth--
      this.expanding.delete(target)
    }
  }

  private mapping(node: MappingNode): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    const merges: Node[] = []
    for (const [key, value] of node.pairs) {
      if (key.kind === 'scalar' && key.plain && key.value === '<<') {
        merges.push(value)
        continue
      }
      define(out, this.key(key, value), this.decode(value))
    }
    for (const source of merges) this.merge(out, source)
    return out
  }

  private key(key: Node, value: Node): string {
    const decoded = this.decode(key)
    if (decoded !== null && typeof decoded === 'object') throw new YamlError(`invalid map key: ${goSyntax(decoded)}`)
    if (decoded === null) {
      const shown = goSyntax(this.decode(value))
      throw new YamlError(`unsupported map key of type: %!s(<nil>), key: <nil>, value: ${shown}`)
    }
    return String(decoded)
  }

  /** `<<`: pairs of other mappings, where there are none of the same key. */
  private merge(out: Record<string, unknown>, source: Node): void {
    if (source.kind === 'alias') {
      this.alias(source, (target) => this.merge(out, target))
      return
    }
    if (source.kind === 'sequence') {
      for (const item of source.items) this.merge(out, item)
      return
    }
    if (source.kind !== 'mapping') throw new YamlError('map merge requires map or sequence of maps as the value')
    const pairs = this.mapping(source)
    for (const key of Object.keys(pairs)) if (!Object.hasOwn(out, key)) define(out, key, pairs[key])
  }
}

/** Like assignment, but `__proto__` is a key like any other. */
function define(out: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(out, key, { value, enumerable: true, configurable: true, writable: true })
  else out[key] = value
}

/** The value of a text's first document; null when there is none. Throws YamlError in go-yaml's words: `line 2: …`. */
export function parseYaml(text: string): unknown {
  const root = parseNodes(text)
  return root ? new Decoder().decode(root) : null
}

/** As the third version of the library reads it, and kustomize with it: `yes` and `on` are texts. Throws YamlError. */
export function parseLaterYaml(text: string): unknown {
  const root = parseNodes(text)
  return root ? new Decoder(true).decode(root) : null
}

/** A stream's documents, empty ones left out; each ends with its line, as kubectl's readers hand it to the parser. */
export function splitDocuments(text: string): string[] {
  return text.split(/^---[^\n]*(?:\n|$)/m).flatMap((part) => {
    if (part.replace(/^\s*#.*$/gm, '').trim() === '') return []
    return [part.endsWith('\n') ? part : `${part}\n`]
  })
}

/**
 * The documents before the first line that starts with `---` and goes on otherwise than with a comment, and what stands there; the
 * document that it ends is none of them. Upstream: apimachinery/pkg/util/yaml/decoder.go (YAMLReader).
 */
export function separatedDocuments(text: string): { documents: string[]; misplaced?: string } {
  const bad = /^---[ \t\r]*([^ \t\r\n#].*)$/m.exec(text)
  if (!bad) return { documents: splitDocuments(text) }
  const before = text.slice(0, bad.index)
  const last = /.*^---[^\n]*\n/ms.exec(before)
  return { documents: splitDocuments(last ? last[0] : ''), misplaced: bad[1].trim() }
}
