/**
 * Reproducible randomness. The numbers of iteration `n` depend only on the seed and `n`, so any thread can compute
 * iteration `n` without the ones before it.
 */
import { randomBytes, randomInt } from 'node:crypto'

/** A new seed for a run without one: a whole number below 2^31, short enough to type. */
export function randomSeed(): number {
  return randomInt(2 ** 31)
}

/** An unguessable text of 128 bits that is safe in a URL. */
export function randomToken(): string {
  return randomBytes(16).toString('base64url')
}

/** An ending that tells names apart: eight letters and digits. */
export function randomSuffix(): string {
  return randomBytes(4).toString('hex')
}

/**
 * A random stream with direct access to any iteration. sfc32 (Chris Doty-Humphrey's PractRand; 128 bits of state), with
 * the state filled from two different bijections of the index. No two iterations of a run share a state, and streams
 * don't overlap in any practical run.
 */
export class Random {
  private readonly seedLow: number
  private readonly seedHigh: number
  private a = 0
  private b = 0
  private c = 0
  private counter = 1

  /** `seed`: any integer up to 2^53. Equal seeds give equal streams. */
  constructor(seed: number) {
    this.seedLow = mix(seed | 0)
    this.seedHigh = mix(Math.floor(seed / 2 ** 32) ^ 0x5bd1e995)
    this.seek(0)
  }

  /** Moves to the first number of iteration `n` (0 or more). */
  seek(n: number): void {
    const low = n | 0
    const high = Math.floor(n / 2 ** 32) | 0
    this.a = mix((low ^ this.seedLow) + high)
    this.b = mix(Math.imul(low, 0x9e3779b1) + this.seedHigh)
    this.c = this.seedLow ^ Math.imul(high, 0x85ebca6b)
    this.counter = 1
    this.uint32()
    this.uint32()
    this.uint32()
  }

  /** A whole number, uniform over 0 … 2^32 − 1. */
  uint32(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0
    this.counter = (this.counter + 1) | 0
    this.a = this.b ^ (this.b >>> 9)
    this.b = (this.c + (this.c << 3)) | 0
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0
    return sum >>> 0
  }

  /** A number, uniform over [0, 1) in steps of 2^-32. */
  float(): number {
    return this.uint32() * 2 ** -32
  }

  /** A whole number, uniform over `from` … `to`, both included. For spans up to 2^53. */
  integer(from: number, to: number): number {
    const span = to - from + 1
    if (span <= 2 ** 32) return from + Math.floor(this.uint32() * 2 ** -32 * span)
    return from + Math.floor((this.uint32() * 2 ** 21 + (this.uint32() >>> 11)) * 2 ** -53 * span)
  }
}

/** A bijection of 32-bit integers that scatters neighbors (`lowbias32` by Chris Wellons). */
function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return x ^ (x >>> 16)
}
