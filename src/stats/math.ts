/**
 * The math behind verdicts: robust averages, Student's t, Fisher's exact test.
 */

/** Returns the median; for an even count, the mean of the two middle values. NaN if empty. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Returns the mean; NaN if empty. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Returns the sample variance (n − 1); 0 for fewer than two values. */
export function variance(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = mean(values)
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1)
}

/** Returns the quantile of Student's t with `freedom` degrees of freedom for an upper `tail` (0 < tail < ½). */
export function studentT(tail: number, freedom: number): number {
  const half = (freedom + 1) / 2
  const top = Math.exp(logGamma(half) - logGamma(freedom / 2)) / Math.sqrt(freedom * Math.PI)
  // The tail is convex, so that Newton's method comes from below and never goes too far, but for a rounding error at
  // the end. Hardly any quantile needs 20 steps.
  let t = 0
  for (let step = 0; step < 100; step++) {
    const density = top * (1 + (t * t) / freedom) ** -half
    const next = t + (upperTail(t, freedom) - tail) / density
    if (next <= t) break
    t = next
  }
  return t
}

function upperTail(t: number, freedom: number): number {
  return 0.5 * incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/**
 * Fisher's exact test, one-sided: returns the probability of at least `failed` failures among `requests` if both sides
 * had the same rate. Sums the hypergeometric distribution from the observed count upwards.
 */
export function fisherTail(
  failed: number,
  requests: number,
  otherFailed: number,
  otherRequests: number,
): number {
  const failures = failed + otherFailed
  const all = requests + otherRequests
  const most = Math.min(failures, requests)
  let term = Math.exp(
    logChoose(requests, failed) + logChoose(otherRequests, failures - failed) - logChoose(all, failures),
  )
  let sum = 0
  for (let k = failed; k <= most && term > 0; k++) {
    sum += term
    term *= ((requests - k) * (failures - k)) / ((k + 1) * (otherRequests - failures + k + 1))
  }
  return Math.min(1, sum)
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
}

/** Returns ln Γ(x) for x > 0 (Lanczos approximation, g = 7; relative error below 1e-14). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  let sum = LANCZOS[0]!
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (z + i)
  const t = z + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** Returns the regularized incomplete beta function I_x(a, b), by its continued fraction (Lentz; DLMF 8.17.22). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  let c = 1
  let d = 1 / (1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / (1 + even * d)
    c = 1 + even / c
    value *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / (1 + odd * d)
    c = 1 + odd / c
    value *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return (front * value) / a
}

/**
 * Returns the largest share that is consistent with `hits` among `trials` at 95 % confidence (Clopper and Pearson 1934,
 * one-sided): 14 % for 0 in 20; 1 without trials.
 */
export function shareAtMost(hits: number, trials: number): number {
  if (hits >= trials) return 1
  let low = 0
  let high = 1
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2
    if (lowerBinomial(hits, trials, middle) > 0.05) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** Returns the probability that at least `own` of `events` fall on one of two equally likely sides. */
export function signTail(own: number, events: number): number {
  return events === 0 ? 1 : Math.min(1, lowerBinomial(events - own, events, 0.5))
}

function lowerBinomial(hits: number, trials: number, share: number): number {
  let sum = 0
  for (let k = 0; k <= hits; k++)
    sum += Math.exp(logChoose(trials, k) + k * Math.log(share) + (trials - k) * Math.log1p(-share))
  return sum
}
