// `$(NAME)` in commands, arguments and values.

/** What Linux takes for one argument or variable, and for all of them at a quarter of the usual stack. Characters. */
const LONGEST_WORD = 128 * 1024
const LONGEST_LIST = 2 * 1024 * 1024

/**
 * `$(NAME)` becomes the variable's value when there is one, `$$` a dollar. Follows third_party/forked/golang/expansion. What is made of a
 * few references to references is as long as one likes: the rest of a text that no process could be given is left out.
 */
export function expandReferences(text: string, lookUp: (name: string) => string | undefined): string {
  let made = 0
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (made > LONGEST_WORD) return ''
    const value = name === undefined ? '$' : (lookUp(name) ?? whole)
    made += value.length
    return value
  })
}

/** Adds up words that a process is to be given; `isFull` once the kernel would refuse them. */
export class WordList {
  private left = LONGEST_LIST
  isFull = false

  /** Answers the word. */
  add(word: string): string {
    this.left -= word.length + 1
    if (word.length > LONGEST_WORD || this.left < 0) this.isFull = true
    return word
  }
}
