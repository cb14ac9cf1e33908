// Text of somebody else's on its way to a terminal: controls are shown, not sent.
// Upstream (cli-runtime's printers.WriteEscaped) does it to ESC and CR in tables and descriptions; the others act on terminals as well.

const HARMFUL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** ESC as `^[`, CR as `\r`, other controls as `^@`, and what turns the direction of writing as `\u202e`. Tabs and line feeds stay. */
export function forTerminal(text: string): string {
  return text.replace(HARMFUL, (char) => {
    const code = char.charCodeAt(0)
    if (code === 13) return '\\r'
    return code < 128 ? `^${String.fromCharCode(code ^ 64)}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}
