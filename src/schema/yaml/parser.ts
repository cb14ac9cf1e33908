// The nodes of one YAML document, and libyaml's complaints about its structure. Upstream: go.yaml.in/yaml/v2 parserc.go.
import { type Mark, type YamlError, yamlError } from './reader'
import { Scanner, type TokenType } from './scanner'

export type Node = ScalarNode | SequenceNode | MappingNode | AliasNode

export interface ScalarNode {
  kind: 'scalar'
  value: string
  plain: boolean
  tag?: string
}
export interface SequenceNode {
  kind: 'sequence'
  items: Node[]
  tag?: string
}
export interface MappingNode {
  kind: 'mapping'
  /** Keys and values in turn. */
  pairs: [Node, Node][]
  tag?: string
}
export interface AliasNode {
  kind: 'alias'
  name: string
  /** The node that had this name when the alias was met. */
  target: Node | undefined
}

class Parser {
  private readonly scanner: Scanner
  private readonly anchors = new Map<string, Node>()

  constructor(text: string) {
    this.scanner = new Scanner(text)
  }

  private is(...types: TokenType[]): boolean {
    return types.includes(this.scanner.peek().type)
  }

  private fail(problem: string, context?: Mark): YamlError {
    return yamlError(problem, this.scanner.peek().start, context, false)
  }

  document(): Node | undefined {
    this.scanner.next()
    while (this.is('document-end')) this.scanner.next()
    if (this.is('stream-end')) return undefined
    const explicit = this.is('directive', 'document-start')
    while (this.is('directive')) this.scanner.next()
    if (explicit) {
      if (!this.is('document-start')) throw this.fail('did not find expected <document start>')
      this.scanner.next()
      if (this.is('directive', 'document-start', 'document-end', 'stream-end')) return empty()
    }
    const root = this.node(true, false)
    // The end of the document is only known from what follows it.
    this.scanner.peek()
    return root
  }

  private node(block: boolean, indentless: boolean): Node {
    const { scanner } = this
    if (this.is('alias')) {
      const name = scanner.next().value ?? ''
      return { kind: 'alias', name, target: this.anchors.get(name) }
    }
    const start = scanner.peek().start
    let anchor: string | undefined
    let tag: string | undefined
    while (this.is('anchor', 'tag')) {
      if (this.is('anchor') ? anchor !== undefined : tag !== undefined) break
      const token = scanner.next()
      if (token.type === 'anchor') anchor = token.value
      else tag = token.value
    }
    const node = this.content(block, indentless, start, anchor !== undefined || tag !== undefined, anchor)
    if (tag !== undefined && node.kind !== 'alias') node.tag = tag
    return node
  }

  private remember<T extends Node>(anchor: string | undefined, node: T): T {
    if (anchor !== undefined) this.anchors.set(anchor, node)
    return node
  }

  private content(block: boolean, indentless: boolean, start: Mark, decorated: boolean, anchor: string | undefined): Node {
    const { scanner } = this
    if (indentless && this.is('block-entry')) return this.indentlessSequence(this.remember(anchor, sequence()))
    if (this.is('scalar')) {
      const token = scanner.next()
      return this.remember(anchor, { kind: 'scalar', value: token.value ?? '', plain: token.plain === true })
    }
    if (this.is('[')) return this.flowSequence(this.remember(anchor, sequence()))
    if (this.is('{')) return this.flowMapping(this.remember(anchor, mapping()))
    if (block && this.is('block-sequence-start')) return this.blockSequence(this.remember(anchor, sequence()))
    if (block && this.is('block-mapping-start')) return this.blockMapping(this.remember(anchor, mapping()))
    if (decorated) return this.remember(anchor, empty())
    throw this.fail('did not find expected node content', start)
  }

  private blockSequence(node: SequenceNode): Node {
    const start = this.scanner.next().start
    while (this.is('block-entry')) {
      this.scanner.next()
      node.items.push(this.is('block-entry', 'block-end') ? empty() : this.node(true, false))
    }
    if (!this.is('block-end')) throw this.fail("did not find expected '-' indicator", start)
    this.scanner.next()
    return node
  }

  private indentlessSequence(node: SequenceNode): Node {
    while (this.is('block-entry')) {
      this.scanner.next()
      node.items.push(this.is('block-entry', 'key', 'value', 'block-end') ? empty() : this.node(true, false))
    }
    return node
  }

  private blockMapping(node: MappingNode): Node {
    const start = this.scanner.next().start
    while (!this.is('block-end')) {
      let key: Node
      if (this.is('key')) {
        this.scanner.next()
        key = this.is('key', 'value', 'block-end') ? empty() : this.node(true, true)
      } else if (this.is('value')) key = empty()
      else throw this.fail('did not find expected key', start)
      node.pairs.push([key, this.blockValue()])
    }
    this.scanner.next()
    return node
  }

  private blockValue(): Node {
    if (!this.is('value')) return empty()
    this.scanner.next()
    return this.is('key', 'value', 'block-end') ? empty() : this.node(true, true)
  }

  private flowSequence(node: SequenceNode): Node {
    const start = this.scanner.next().start
    for (let first = true; !this.is(']'); first = false) {
      if (!first) {
        if (!this.is(',')) throw this.fail("did not find expected ',' or ']'", start)
        this.scanner.next()
        if (this.is(']')) break
      }
      if (this.is('key')) node.items.push(this.flowPair())
      else node.items.push(this.node(false, false))
    }
    this.scanner.next()
    return node
  }

  /** `[a: b]`: a mapping of one pair. */
  private flowPair(): Node {
    const node = mapping()
    this.scanner.next()
    const key = this.is('value', ',', ']') ? empty() : this.node(false, false)
    node.pairs.push([key, this.flowValue(']')])
    return node
  }

  private flowValue(close: ']' | '}'): Node {
    if (!this.is('value')) return empty()
    this.scanner.next()
    return this.is(',', close) ? empty() : this.node(false, false)
  }

  private flowMapping(node: MappingNode): Node {
    const start = this.scanner.next().start
    for (let first = true; !this.is('}'); first = false) {
      if (!first) {
        if (!this.is(',')) throw this.fail("did not find expected ',' or '}'", start)
        this.scanner.next()
        if (this.is('}')) break
      }
      if (this.is('key')) {
        this.scanner.next()
        const key = this.is('value', ',', '}') ? empty() : this.node(false, false)
        node.pairs.push([key, this.flowValue('}')])
      } else node.pairs.push([this.node(false, false), empty()])
    }
    this.scanner.next()
    return node
  }
}

function empty(): ScalarNode {
  return { kind: 'scalar', value: '', plain: true }
}
function sequence(): SequenceNode {
  return { kind: 'sequence', items: [] }
}
function mapping(): MappingNode {
  return { kind: 'mapping', pairs: [] }
}

/** The first document of a text; undefined when there is none. Throws YamlError. */
export function parseNodes(text: string): Node | undefined {
  return new Parser(text).document()
}
