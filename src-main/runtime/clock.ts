/** Time, passed in so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds since any fixed moment; never goes back. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01 UTC. */
  wallMs(): number;
}
