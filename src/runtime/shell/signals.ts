// Signals by name and number.

export const SIGNALS: Record<string, number> = Object.fromEntries(
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'
    .split(' ')
    .map((name, i) => [name, i + 1]),
)

export function signalNumber(name: string): number | undefined {
  const bare = name.toUpperCase().replace(/^SIG/, '')
  if (/^\d+$/.test(bare)) return Number(bare) < 256 ? Number(bare) : undefined
  return bare === 'EXIT' ? 0 : SIGNALS[bare]
}
export function signalName(number: number): string {
  return Object.keys(SIGNALS).find((n) => SIGNALS[n] === number) ?? String(number)
}
