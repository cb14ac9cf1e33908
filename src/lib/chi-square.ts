// Pearson's chi-square test: do counts fit equal shares?

/** Sum of (observed - expected)^2 / expected. */
export function chiSquare(observed: number[], expected: number[]): number {
  return observed.reduce((sum, n, i) => sum + (n - expected[i]) ** 2 / expected[i], 0)
}

/** The chance of a value this large or larger when the shares are as expected. */
export function chiSquareTail(value: number, degrees: number): number {
  if (degrees <= 0 || value <= 0) return 1
  return upperGamma(degrees / 2, value / 2)
}

/** Lanczos' approximation of ln Gamma, good to 15 digits. */
function logGamma(x: number): number {
  const c = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  const t = x + 6.5
  const sum = c.slice(1).reduce((s, a, i) => s + a / (x + i), c[0])
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum)
}

const SMALL = 1e-14

/** The regularised upper incomplete gamma function Q(a, x): by its series below a + 1, by its continued fraction above. */
function upperGamma(a: number, x: number): number {
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a))
  if (x < a + 1) {
    let term = 1 / a
    let sum = term
    for (let n = a + 1; term > sum * SMALL; n++) {
      term *= x / n
      sum += term
    }
    return 1 - sum * scale
  }
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let h = d
  for (let i = 1; i < 10_000; i++) {
    const an = -i * (i - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    h *= d * c
    if (Math.abs(d * c - 1) < SMALL) break
  }
  return h * scale
}
