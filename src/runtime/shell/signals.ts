// Signals by name and number.

export const SIGNALS: Record<string, number> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  KILL: 9,
  USR1: 10,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  WINCH: 28,
}

export function signalNumber(name: string): number | undefined {
  const bare = name.toUpperCase().replace(/^SIG/, '')
  if (/^\d+$/.test(bare)) return Number(bare)
  return bare === 'EXIT' ? 0 : SIGNALS[bare]
}
export function signalName(number: number): string {
  return Object.keys(SIGNALS).find((n) => SIGNALS[n] === number) ?? String(number)
}
