import { InvalidArgumentError } from 'commander';

/** Commander parsers for numbers; cli.ts puts the option's name before their messages. */
export function numberAtLeast(least: number): (text: string) => number {
  return parser(`a number of at least ${least}`, (value) => value >= least);
}

export function numberFrom(least: number, most: number): (text: string) => number {
  return parser(`a number from ${least} to ${most}`, (value) => value >= least && value <= most);
}

export function wholeNumberFrom(least: number, most: number): (text: string) => number {
  return parser(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && value >= least && value <= most,
  );
}

function parser(expected: string, accepts: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (Number.isFinite(value) && accepts(value)) return value;
    const got = Number.isFinite(value) ? text : JSON.stringify(text);
    throw new InvalidArgumentError(`expected ${expected}, got ${got}`);
  };
}
