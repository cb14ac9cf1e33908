// Base64 as Go's encoding/base64 reads it.

/** Base64's first wrong byte, as encoding/base64's CorruptInputError counts it; -1 when the text is whole. */
export function badBase64At(text: string): number {
  const clean = text.replace(/[\r\n]/g, '')
  for (let i = 0; i < clean.length; i++) {
    if (clean[i] === '=') {
      const tail = clean.slice(i)
      const wanted = 4 - (i % 4)
      if (i % 4 < 2) return i
      if (tail !== '='.repeat(wanted)) return tail.length < wanted ? clean.length : i + wanted
      return -1
    }
    if (!/[A-Za-z0-9+/]/.test(clean[i])) return i
  }
  return clean.length % 4 === 0 ? -1 : clean.length - (clean.length % 4)
}
