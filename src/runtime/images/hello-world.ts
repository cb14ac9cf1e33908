// hello-world: says so and ends.
import type { Image } from '../process'

export const helloWorld: Image = {
  repositories: ['hello-world'],
  command: ['/hello'],
  sizeBytes: 10_072,
  program: () => ({
    start(context) {
      const lines = ['', 'Hello from Docker!', 'This message shows that your installation appears to be working correctly.', '']
      for (const line of lines) context.log(line)
      return { state: null, exit: { code: 0 } }
    },
  }),
}
