// The libraries that Kubernetes adds to CEL: addresses, networks, formats and quantities; and the format of strings.
import { evaluateWhole as evaluate } from '../../../src/lib/cel/evaluate'
import { parseCel } from '../../../src/lib/cel/parse'

const value = (text: string) => evaluate(parseCel(text), new Map())

test.each<[string, unknown]>([
  ["isIP('1.2.3.4') && isIP('::1') && !isIP('1.2.3') && !isIP('::ffff:1.2.3.4')", true],
  ["ip('1.2.3.4').family()", 4n],
  ["ip('::1') == ip('0:0:0::1')", true],
  ["ip('127.0.0.1').isLoopback() && ip('0.0.0.0').isUnspecified() && ip('169.254.1.1').isLinkLocalUnicast()", true],
  ["ip('224.0.0.1').isLinkLocalMulticast() && !ip('224.0.1.1').isLinkLocalMulticast()", true],
  ["ip('192.168.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast()", true],
  ["ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD')", true],
  ["string(ip('::1'))", '::1'],
  ["isCIDR('192.168.0.0/24') && !isCIDR('192.168.0.0/33') && !isCIDR('192.168.0.0')", true],
  ["cidr('192.168.0.0/24').containsIP(ip('192.168.0.1')) && !cidr('192.168.0.0/24').containsIP('192.168.1.1')", true],
  ["cidr('192.168.0.0/16').containsCIDR(cidr('192.168.10.0/24')) && !cidr('192.168.0.0/24').containsCIDR('192.168.0.0/23')", true],
  ["cidr('192.168.0.7/24').ip() == ip('192.168.0.7')", true],
  ["string(cidr('192.168.0.7/24').masked())", '192.168.0.0/24'],
  ["cidr('::1/128').prefixLength()", 128n],
  ["quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('500m').sign() == 1", true],
  ["quantity('50k').add(quantity('20k')) == quantity('70k') && quantity('50k').sub(20000) == quantity('30k')", true],
  ["quantity('50k').isInteger() && quantity('50k').asInteger() == 50000", true],
  ["quantity('1500m').asApproximateFloat()", 1.5],
  ["format.dns1123Label().validate('web').hasValue()", false],
  ["format.dns1123Label().validate('Web').value()[0].startsWith('a lowercase RFC 1123 label must consist of')", true],
  ["format.named('uuid').value().validate('x').value()[0]", 'does not match the UUID format'],
  ["format.named('none').hasValue()", false],
  ["'%s is %d of %.2f, %b %x %X %o %e %%'.format(['a', 1, 2.5, 5, 255, 255, 8, 1000.0])", 'a is 1 of 2.50, 101 ff FF 10 1.000000e+03 %'],
  ["'%s'.format([[1, 'a', true, null]])", '[1, a, true, null]'],
])('%s', (text, expected) => {
  expect(value(text)).toEqual(expected)
})

test.each([
  ["ip('x')", 'IP Address "x" parse error during conversion from string: ParseAddr("x"): unable to parse IP'],
  ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
  ["quantity('0.5').asInteger()", 'cannot convert value to integer'],
  ["'%d'.format(['a'])", 'error during formatting: decimal clause can only be used on integers, was given string'],
  ["'%d'.format([])", 'index 0 out of range'],
])('%s fails', (text, expected) => {
  expect(() => value(text)).toThrow(expected)
})
