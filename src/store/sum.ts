// The checksum of an entry line, CRC-16/XMODEM over key and value, written as sixteen blanks and tabs between them: JSON readers
// pass over it, and no flipped bit of the line goes unseen. A line that somebody wrote by hand has none and is read all the same.

const BITS = 16
const SPACE = 32
const TAB = 9
const COLON = 58

/** What a byte adds to the sum, with none, one, two and three bytes behind it; made by doubling, as the sum is linear. */
const [TABLE, TABLE1, TABLE2, TABLE3] = [0, 1, 2, 3].map(() => new Uint16Array(256))
for (let bit = 1, crc = 0x1021; bit < 256; bit <<= 1) {
  for (let low = 0; low < bit; low++) TABLE[bit + low] = crc ^ TABLE[low]
  crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1
}
for (let i = 0; i < 256; i++) {
  TABLE1[i] = shifted(TABLE[i])
  TABLE2[i] = shifted(TABLE1[i])
  TABLE3[i] = shifted(TABLE2[i])
}

function shifted(crc: number): number {
  return ((crc << 8) & 0xffff) ^ TABLE[crc >> 8]
}

/** Continues the checksum `crc` (0 to begin) over a stretch of bytes; four at a time, as this is most of what reading a line costs. */
export function crc16(bytes: Uint8Array, crc: number, from = 0, to = bytes.length): number {
  let sum = crc
  let i = from
  for (const last = to - 3; i < last; i += 4)
    sum = TABLE3[(sum >> 8) ^ bytes[i]] ^ TABLE2[(sum & 0xff) ^ bytes[i + 1]] ^ TABLE1[bytes[i + 2]] ^ TABLE[bytes[i + 3]]
  for (; i < to; i++) sum = ((sum << 8) & 0xffff) ^ TABLE[(sum >> 8) ^ bytes[i]]
  return sum
}

/** `"key":<sum>value`, without what separates it from the next line. `key` and `value` are JSON. */
export function summedLine(key: string, value: string): Buffer {
  const line = Buffer.allocUnsafe(longestLine(key, value))
  return line.subarray(0, writeLine(line, 0, key, value))
}

/** So many bytes hold the line of a key and a value at any rate. */
export function longestLine(key: string, value: string): number {
  return 3 * (key.length + value.length) + BITS + 1
}

/** Writes such a line into a buffer with room for it; answers the offset behind it. */
export function writeLine(into: Buffer, from: number, key: string, value: string): number {
  const at = from + into.write(key, from) + 1
  into[at - 1] = COLON
  const to = at + BITS + into.write(value, at + BITS)
  const sum = crc16(into, crc16(into, 0, from, at), at + BITS, to)
  for (let bit = 0; bit < BITS; bit++) into[at + bit] = sum & (1 << bit) ? TAB : SPACE
  return to
}

/** With fewer blanks than this behind a key there is no sum. */
const FEW = 8

/** How the sum of a line stands: it begins `from`, `at` is the offset behind the colon, `to` the value's end. */
export function checkSum(line: Uint8Array, at: number, to: number, from = 0): 'right' | 'wrong' | 'none' {
  let written = 0
  for (let bit = 0; bit < BITS; bit++) {
    const byte = line[at + bit]
    if (byte === TAB) written |= 1 << bit
    else if (byte !== SPACE) return bit < FEW && !BLANK.has(byte) ? 'none' : 'wrong'
  }
  return written === crc16(line, crc16(line, 0, from, at), at + BITS, to) ? 'right' : 'wrong'
}

/** The blanks of JSON that are not written here. */
const BLANK = new Set([10, 13])
