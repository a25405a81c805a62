/**
 * The Huffman code of header fields (RFC 7541, appendix B). It is canonical: codes of the same length follow each other in
 * the order of their symbols, so the lengths are enough.
 */

/** The length of each byte's code in bits; the last one is that of the end of the string, which is never sent. */
const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
]
const END = 256

const BITS = Uint8Array.from(CODE_BITS)
const CODES = makeCodes()

function makeCodes(): Uint32Array {
  const codes = new Uint32Array(CODE_BITS.length)
  let code = 0
  for (let bits = 1; bits <= 30; bits++) {
    for (const [symbol, length] of CODE_BITS.entries()) if (length === bits) codes[symbol] = code++
    code *= 2
  }
  return codes
}

/** The number of bytes that a latin1 text takes. */
export function huffmanBytes(text: string): number {
  let bits = 0
  for (let i = 0; i < text.length; i++) bits += BITS[text.charCodeAt(i)]!
  return (bits + 7) >> 3
}

/** Writes a latin1 text to `to` from `at` on. Returns where it ends. */
export function writeHuffman(text: string, to: Uint8Array, at: number): number {
  let end = at
  let left = 0
  let leftBits = 0
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i)
    let bits = BITS[symbol]!
    const code = CODES[symbol]!
    // Up to 7 bits are left, and numbers have 32.
    if (bits > 24) {
      bits -= 8
      left = (left << 8) | ((code >>> bits) & 0xff)
      to[end++] = left >>> leftBits
      left &= (1 << leftBits) - 1
    }
    left = (left << bits) | (code & ((1 << bits) - 1))
    leftBits += bits
    while (leftBits >= 8) {
      leftBits -= 8
      to[end++] = left >>> leftBits
    }
    left &= (1 << leftBits) - 1
  }
  // The rest is filled with ones, the beginning of the end symbol.
  if (leftBits > 0) to[end++] = (left << (8 - leftBits)) | (0xff >> leftBits)
  return end
}

/**
 * The decoder takes four bits at a time. Its state is what it has read of a code: a node of the code's tree. Each state
 * has a row of 16: the next state and, above it, the symbol that was completed. There is at most one, because the
 * shortest code has five bits.
 */
const SYMBOL_SHIFT = 16
const STATE_MASK = 0xffff
const HAS_SYMBOL = 1 << 28
const INVALID = 1 << 29

/** A node of the tree: what follows a 0 and a 1, another node or a symbol. */
interface Node {
  readonly state: number
  /** Whether a string may end here: with at most seven bits, all of them ones. */
  readonly isEnd: boolean
  readonly next: [Node | number, Node | number]
}

const NODES = makeNodes()
const ROWS = Int32Array.from(
  NODES.flatMap((node) => Array.from({ length: 16 }, (_, fourBits) => step(node, fourBits))),
)
const ENDS = Uint8Array.from(NODES, ({ isEnd }) => (isEnd ? 1 : 0))

function makeNodes(): readonly Node[] {
  const nodes: Node[] = []
  const make = (code: number, bits: number): Node | number => {
    const symbol = CODE_BITS.findIndex((length, each) => length === bits && CODES[each] === code)
    if (symbol !== -1) return symbol
    const isEnd = bits <= 7 && code === (1 << bits) - 1
    const node: Node = { state: nodes.length, isEnd, next: [END, END] }
    nodes.push(node)
    node.next[0] = make(code * 2, bits + 1)
    node.next[1] = make(code * 2 + 1, bits + 1)
    return node
  }
  make(0, 0)
  return nodes
}

function step(from: Node, fourBits: number): number {
  let node = from
  let symbol = 0
  for (let bit = 3; bit >= 0; bit--) {
    const next = node.next[((fourBits >> bit) & 1) as 0 | 1]
    if (next === END) return INVALID
    if (typeof next === 'number') symbol = HAS_SYMBOL | (next << SYMBOL_SHIFT)
    node = typeof next === 'number' ? NODES[0]! : next
  }
  return symbol | node.state
}

/** Shared by all strings of a thread. */
let decoded = Buffer.allocUnsafeSlow(4096)

/** The latin1 text in a part of `bytes`; null if it is invalid. */
export function readHuffman(bytes: Uint8Array, from: number, to: number): string | null {
  // A code has at least five bits.
  const most = ((to - from) * 8) / 5
  if (decoded.length < most) decoded = Buffer.allocUnsafeSlow(2 * most)
  const text = decoded
  let length = 0
  let state = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    const first = ROWS[state * 16 + (byte >> 4)]!
    if (first >= HAS_SYMBOL) {
      if (first >= INVALID) return null
      text[length++] = first >> SYMBOL_SHIFT
    }
    const second = ROWS[(first & STATE_MASK) * 16 + (byte & 15)]!
    if (second >= HAS_SYMBOL) {
      if (second >= INVALID) return null
      text[length++] = second >> SYMBOL_SHIFT
    }
    state = second & STATE_MASK
  }
  return ENDS[state] === 1 ? text.toString('latin1', 0, length) : null
}
