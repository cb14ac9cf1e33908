// Numbers as Go prints them: strconv.FormatFloat.

/** FormatFloat(x, 'g', -1, 64), also fmt's `%v` of a float64: shortest digits, an exponent from 1e+06 on and below 1e-04. */
export function formatG(value: number): string {
  if (!Number.isFinite(value)) return formatInfinite(value)
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponentText] = value.toExponential().split('e')
  const exponent = Number(exponentText)
  return exponent < -4 || exponent >= 6 ? mantissa + formatExponent(exponent) : String(value)
}

/** At least two digits, always a sign: `e+06`. */
export function formatExponent(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

export function formatInfinite(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? '+Inf' : '-Inf'
}
