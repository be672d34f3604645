import { SEQ_COUNT } from '../contract/headed-frame.ts';

/**
 * How far `to` lies after `from`, below zero where it lies before it: -2^31 up to 2^31 - 1. Numbers wrap from 2^32 - 1
 * to 0, so the shorter way round counts (RFC 1982, serial number arithmetic).
 */
export function serialDistance(from: number, to: number): number {
  const distance = (((to - from) % SEQ_COUNT) + SEQ_COUNT) % SEQ_COUNT;
  return distance < SEQ_COUNT / 2 ? distance : distance - SEQ_COUNT;
}

/** An unlimited count, as it is written on the wire. */
export function wireSeq(count: number): number {
  return count % SEQ_COUNT;
}
