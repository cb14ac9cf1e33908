// Colours for terminals; plain text for everything else. Chalk is loaded only when there is something to colour.

export interface Paint {
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  strong(text: string): string
}

const plain = (text: string): string => text

export async function paintFor(terminal: boolean): Promise<Paint> {
  if (!terminal) return { dim: plain, good: plain, bad: plain, strong: plain }
  const { default: chalk } = await import('chalk')
  return { dim: chalk.dim, good: chalk.green, bad: chalk.red, strong: chalk.bold }
}
