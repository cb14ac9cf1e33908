// Sizes and text of the base64 values that Secrets and ConfigMaps hold.

/** How many bytes a base64 value stands for. */
export function byteCount(value: string | undefined): number {
  const bare = (value ?? '').replace(/[\s=]/g, '')
  return Math.floor((bare.length * 3) / 4)
}

/** The bytes of a base64 value read as UTF-8. */
export function decoded(value: string | undefined): string {
  return new TextDecoder().decode(Uint8Array.from(atob(value ?? ''), (char) => char.charCodeAt(0)))
}
