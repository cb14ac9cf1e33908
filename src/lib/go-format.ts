// Numbers as Go prints them: strconv.FormatFloat.

/** FormatFloat(x, 'g', -1, 64), also fmt's `%v` of a float64: shortest digits, an exponent from 1e+06 on and below 1e-04. */
export function formatG(value: number): string {
  return formatFloat(value, 'g', -1)
}

/** FormatFloat(x, format, precision, 64) for the formats e, E, f, g and G; precision -1 asks for the shortest exact digits. */
export function formatFloat(value: number, format: string, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  const text =
    format === 'f' ? fixed(size, precision) : format.toLowerCase() === 'e' ? exponential(size, precision) : general(size, precision)
  return sign + (format === 'E' || format === 'G' ? text.toUpperCase() : text)
}

function exponential(size: number, precision: number): string {
  const [mantissa, exponent] = (precision < 0 ? size.toExponential() : size.toExponential(Math.min(precision, 100))).split('e')
  return mantissa + exponentText(Number(exponent))
}

/** At least two digits, always a sign: `e+06`. */
function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

function general(size: number, precision: number): string {
  if (size === 0) return '0'
  const digitsAsked = Math.min(precision === 0 ? 1 : precision, 100)
  const [mantissa, exponentPart] = (digitsAsked < 0 ? size.toExponential() : size.toExponential(digitsAsked - 1)).split('e')
  const digits = mantissa.replace('.', '').replace(/0+$/, '')
  const exponent = Number(exponentPart)
  const limit = digitsAsked < 0 ? 6 : digitsAsked > digits.length && digits.length > exponent ? digits.length : digitsAsked
  if (exponent < -4 || exponent >= limit) return `${digits[0]}${digits.length > 1 ? '.' : ''}${digits.slice(1)}${exponentText(exponent)}`
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return digits.length > exponent + 1 ? `${whole}.${digits.slice(exponent + 1)}` : whole
}

/** Exact decimal digits, halves to even. */
function fixed(size: number, precision: number): string {
  if (precision < 0) return String(size).includes('e') ? trimZeros(fixed(size, 100)) : String(size)
  const { mantissa, exponent } = decompose(size)
  const scaled = mantissa * 10n ** BigInt(precision)
  let digits: bigint
  if (exponent >= 0) digits = scaled << BigInt(exponent)
  else {
    const shift = BigInt(-exponent)
    digits = scaled >> shift
    const rest = scaled - (digits << shift)
    const half = 1n << (shift - 1n)
    if (rest > half || (rest === half && digits % 2n === 1n)) digits++
  }
  const text = digits.toString().padStart(precision + 1, '0')
  return precision === 0 ? text : `${text.slice(0, -precision)}.${text.slice(-precision)}`
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

/** A positive number as mantissa × 2^exponent. */
function decompose(size: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, size)
  const bits = view.getBigUint64(0)
  const exponent = Number(bits >> 52n)
  const fraction = bits & ((1n << 52n) - 1n)
  return exponent === 0 ? { mantissa: fraction, exponent: -1074 } : { mantissa: fraction | (1n << 52n), exponent: exponent - 1075 }
}
