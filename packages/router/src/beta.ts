// The beta distribution: what is known of a share after `a - 1` hits and `b - 1` misses (NIST DLMF 8.17).

const STEPS = 60;
const CLOSE = 1e-13;
const TINY = 1e-300;
/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  0.999_999_999_999_809_9, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_1,
  -176.615_029_162_140_6, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_572e-6,
  1.505_632_735_149_311_6e-7,
];

/**
 * The value that is not exceeded with probability `p`, for `a` and `b` greater than 0. With a `p` by chance it is a draw
 * from the distribution.
 */
export function betaQuantile(p: number, { a, b }: { readonly a: number; readonly b: number }): number {
  const log = logBeta(a, b);
  let [low, high, x] = [0, 1, a / (a + b)];
  // Newton's steps, halving where one would leave the bracket.
  for (let step = 0; step < STEPS; step += 1) {
    const over = below(x, { a, b, log }) - p;
    if (over < 0) low = x;
    else high = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - log);
    const next = x - over / density;
    const to = next > low && next < high ? next : (low + high) / 2;
    if (Math.abs(to - x) < CLOSE) return to;
    x = to;
  }
  return x;
}

/** The probability of a value of at most `x`. */
export function betaBelow(x: number, { a, b }: { readonly a: number; readonly b: number }): number {
  if (x <= 0) return 0;
  return x >= 1 ? 1 : below(x, { a, b, log: logBeta(a, b) });
}

function below(x: number, { a, b, log }: { readonly a: number; readonly b: number; readonly log: number }): number {
  const factor = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - log);
  // The fraction converges fast on this side of the middle alone.
  return x < (a + 1) / (a + b + 2)
    ? (factor * fraction(x, { a, b })) / a
    : 1 - (factor * fraction(1 - x, { a: b, b: a })) / b;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** The continued fraction of the incomplete beta function, by Lentz' method. */
function fraction(x: number, { a, b }: { readonly a: number; readonly b: number }): number {
  let c = 1;
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-14) break;
  }
  return value;
}

function safe(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** For values greater than 0. */
function logGamma(value: number): number {
  if (value < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * value)) - logGamma(1 - value);
  const x = value - 1;
  const [first = 1, ...rest] = LANCZOS;
  const sum = rest.reduce((total, coefficient, index) => total + coefficient / (x + index + 1), first);
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}
