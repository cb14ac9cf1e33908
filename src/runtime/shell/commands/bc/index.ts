// bc, the calculator of BusyBox: POSIX's language, and -l with its functions.
import type { Command } from '../../../process'
import { readOperand } from '../errors'
import { BcProblem } from './decimal'
import { Calculator } from './machine'
import { parseProgram } from './parser'

/** The functions of -l, by their series. */
const LIBRARY = `scale=20
define e(x){auto b,s,n,r,d,i,p,f,v;b=ibase;ibase=A;if(x<0){n=1;x=-x};s=scale;r=6+s+.44*x;scale=scale(x)+1;while(x>1){d+=1;x/=2;scale+=1};scale=r;r=x+1;p=x;f=v=1;for(i=2;v;++i){p*=x;f*=i;v=p/f;r+=v};while(d){r*=r;d-=1};scale=s;ibase=b;if(n)return(1/r);return(r/1)}
define l(x){auto b,s,r,p,a,q,i,v;b=ibase;ibase=A;if(x<=0){r=(1-10^scale)/1;ibase=b;return(r)};s=scale;scale+=6;p=2;while(x>=2){p*=2;x=sqrt(x)};while(x<=.5){p*=2;x=sqrt(x)};r=a=(x-1)/(x+1);q=a*a;v=1;for(i=3;v;i+=2){a*=q;v=a/i;r+=v};r*=p;scale=s;ibase=b;return(r/1)}
define s(x){auto b,s,r,a,q,i;b=ibase;ibase=A;s=scale;scale=1.1*s+2;a=a(1);if(x<0)scale=0;q=(x/a+2)/4;x-=4*q*a;if(q%2)x=-x;scale=s+2;r=a=x;q=-x*x;for(i=3;a;i+=2){a*=q/(i*(i-1));r+=a};scale=s;ibase=b;return(r/1)}
define c(x){auto b,s;b=ibase;ibase=A;s=scale;scale*=1.2;x=s(2*a(1)+x);scale=s;ibase=b;return(x/1)}
define a(x){auto b,s,r,n,a,m,t,f,i,u;b=ibase;ibase=A;n=1;if(x<0){n=-1;x=-x};s=scale;scale=s+5;m=1;while(x>.2){x=(sqrt(1+x*x)-1)/x;m*=2};r=u=x;f=-x*x;t=1;for(i=3;t;i+=2){u*=f;t=u/i;r+=t};scale=s;ibase=b;return(r*m/n)}
`

export const bc: Command = (io) => {
  const files = io.args.filter((arg) => !arg.startsWith('-'))
  const library = io.args.some((arg) => /^-\w*l/.test(arg) || arg === '--mathlib')
  const calculator = new Calculator((text) => io.out(text))
  try {
    if (library) calculator.run(parseProgram(LIBRARY))
    for (const file of [...files, '-']) {
      const text = readOperand(io, file)
      if (text === undefined) return 1
      // Line by line: what stands before a mistake is done.
      if (calculator.run(parseProgram(text)) === 'quit') return 0
    }
    return 0
  } catch (error) {
    if (error instanceof BcProblem) io.err(`bc: ${error.message}\n`)
    else if (error instanceof RangeError) io.err('bc: out of memory\n')
    else throw error
    return 1
  }
}
