// Go's sort.Sort: a pattern-defeating quicksort that is not stable, so equal elements come out in the same order as Go's.

type Less<T> = (a: T, b: T) => boolean

/** A sorted copy. `less` may contradict itself (kubectl's does for missing fields): the order is then still Go's. */
export function goSort<T>(items: T[], less: Less<T>): T[] {
  const sorter = new Sorter([...items], less)
  sorter.sort(0, items.length, bitLength(items.length))
  return sorter.data
}

function bitLength(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n)
}

type Hint = 'unknown' | 'increasing' | 'decreasing'

const MAX_INSERTION = 12
const SHORTEST_NINTHER = 50
const MAX_SWAPS = 12

class Sorter<T> {
  private swaps = 0

  constructor(
    readonly data: T[],
    private readonly compare: Less<T>,
  ) {}

  private less(i: number, j: number): boolean {
    return this.compare(this.data[i], this.data[j])
  }

  private swap(i: number, j: number): void {
    const kept = this.data[i]
    this.data[i] = this.data[j]
    this.data[j] = kept
  }

  /** Sorts data[from:to]; after `limit` unbalanced partitions by heap. */
  sort(from: number, to: number, limit: number): void {
    let [a, b, badChoices] = [from, to, limit]
    let balanced = true
    let partitioned = true
    while (b - a > MAX_INSERTION) {
      const length = b - a
      if (badChoices === 0) {
        this.heapSort(a, b)
        return
      }
      if (!balanced) {
        this.breakPatterns(a, b)
        badChoices--
      }
      let { pivot, hint } = this.choosePivot(a, b)
      if (hint === 'decreasing') {
        this.data.splice(a, length, ...this.data.slice(a, b).reverse())
        pivot = b - 1 - (pivot - a)
        hint = 'increasing'
      }
      if (balanced && partitioned && hint === 'increasing' && this.almostSorted(a, b)) return
      if (a > 0 && !this.less(a - 1, pivot)) {
        a = this.partitionEqual(a, b, pivot)
        continue
      }
      const { middle, already } = this.partition(a, b, pivot)
      partitioned = already
      balanced = Math.min(middle - a, b - middle) >= Math.floor(length / 8)
      if (middle - a < b - middle) {
        this.sort(a, middle, badChoices)
        a = middle + 1
      } else {
        this.sort(middle + 1, b, badChoices)
        b = middle
      }
    }
    this.insertionSort(a, b)
  }

  private insertionSort(a: number, b: number): void {
    for (let i = a + 1; i < b; i++) {
      for (let j = i; j > a && this.less(j, j - 1); j--) this.swap(j, j - 1)
    }
  }

  private heapSort(a: number, b: number): void {
    for (let i = (b - a - 1) >> 1; i >= 0; i--) this.siftDown(i, b - a, a)
    for (let i = b - a - 1; i >= 0; i--) {
      this.swap(a, a + i)
      this.siftDown(0, i, a)
    }
  }

  private siftDown(low: number, high: number, first: number): void {
    let root = low
    for (let child = 2 * root + 1; child < high; child = 2 * root + 1) {
      if (child + 1 < high && this.less(first + child, first + child + 1)) child++
      if (!this.less(first + root, first + child)) return
      this.swap(first + root, first + child)
      root = child
    }
  }

  private partition(a: number, b: number, pivot: number): { middle: number; already: boolean } {
    this.swap(a, pivot)
    let i = a + 1
    let j = b - 1
    for (let already = true; ; already = false) {
      while (i <= j && this.less(i, a)) i++
      while (i <= j && !this.less(j, a)) j--
      if (i > j) {
        this.swap(j, a)
        return { middle: j, already }
      }
      this.swap(i++, j--)
    }
  }

  private partitionEqual(a: number, b: number, pivot: number): number {
    this.swap(a, pivot)
    let i = a + 1
    let j = b - 1
    for (;;) {
      while (i <= j && !this.less(a, i)) i++
      while (i <= j && this.less(a, j)) j--
      if (i > j) return i
      this.swap(i++, j--)
    }
  }

  /** Mends up to five places out of order; true when all is sorted then. */
  private almostSorted(a: number, b: number): boolean {
    let i = a + 1
    for (let step = 0; step < 5; step++) {
      while (i < b && !this.less(i, i - 1)) i++
      if (i === b) return true
      if (b - a < SHORTEST_NINTHER) return false
      this.swap(i, i - 1)
      if (i - a >= 2) for (let j = i - 1; j >= 1 && this.less(j, j - 1); j--) this.swap(j, j - 1)
      if (b - i >= 2) for (let j = i + 1; j < b && this.less(j, j - 1); j++) this.swap(j, j - 1)
    }
    return false
  }

  private breakPatterns(a: number, b: number): void {
    const length = b - a
    let random = BigInt(length)
    const mask = BigInt((1 << bitLength(length)) - 1)
    const middle = a + Math.floor(length / 4) * 2
    for (let index = middle - 1; index <= middle + 1; index++) {
      random = BigInt.asUintN(64, random ^ (random << 13n))
      random ^= random >> 7n
      random = BigInt.asUintN(64, random ^ (random << 17n))
      const other = Number(random & mask)
      this.swap(index, a + (other >= length ? other - length : other))
    }
  }

  private choosePivot(a: number, b: number): { pivot: number; hint: Hint } {
    const quarter = Math.floor((b - a) / 4)
    let [i, j, k] = [a + quarter, a + quarter * 2, a + quarter * 3]
    this.swaps = 0
    if (b - a >= SHORTEST_NINTHER) {
      i = this.median(i - 1, i, i + 1)
      j = this.median(j - 1, j, j + 1)
      k = this.median(k - 1, k, k + 1)
    }
    const pivot = this.median(i, j, k)
    if (this.swaps === 0) return { pivot, hint: 'increasing' }
    return { pivot, hint: this.swaps === MAX_SWAPS ? 'decreasing' : 'unknown' }
  }

  /** The index of the middle one of three, counting what had to change places. */
  private median(first: number, second: number, third: number): number {
    const [low, high] = this.ordered(first, second)
    const [middle] = this.ordered(high, third)
    return this.ordered(low, middle)[1]
  }

  private ordered(a: number, b: number): [number, number] {
    if (!this.less(b, a)) return [a, b]
    this.swaps++
    return [b, a]
  }
}
