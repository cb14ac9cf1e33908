// Types of inject.cjs.
export function inject(dir: string, fault: (count: number, name: string) => string | undefined, die?: () => void, reads?: boolean): () => void
