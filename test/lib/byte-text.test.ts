// Bytes become text and bytes again, whatever they are and wherever they are cut.
import fc from 'fast-check'
import { ByteTextDecoder, byteCount, bytesOfText, hasRawBytes, textOfBytes } from '../../src/lib/byte-text'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => new TextEncoder().encode(text)),
)

describe('bytes as text', () => {
  test('no byte is lost, nor by JSON', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        const text = JSON.parse(JSON.stringify(textOfBytes(given))) as string
        expect([...bytesOfText(text)]).toEqual([...given])
        expect(byteCount(text)).toBe(given.length)
      }),
    )
  })

  test('pieces give what the whole gives', () => {
    fc.assert(
      fc.property(bytes, fc.nat(60), (given, cut) => {
        const decoder = new ByteTextDecoder()
        const text = decoder.push(given.subarray(0, cut)) + decoder.push(given.subarray(cut)) + decoder.end()
        expect([...bytesOfText(text)]).toEqual([...given])
      }),
    )
  })

  test.each([
    ['plain text', [0x61, 0xc3, 0xa9], 'aé', false],
    ['a byte that is no character', [0x61, 0xff, 0x62], 'a\udcffb', true],
    ['an emoji', [0xf0, 0x9f, 0x98, 0x80], '😀', false],
    ['a replacement character of its own', [0xef, 0xbf, 0xbd], '\ufffd', false],
    ['an overlong form', [0xc0, 0x80], '\udcc0\udc80', true],
  ])('%s', (_name, given, text, raw) => {
    expect(textOfBytes(Buffer.from(given as number[]))).toBe(text)
    expect(hasRawBytes(text as string)).toBe(raw)
  })
})
