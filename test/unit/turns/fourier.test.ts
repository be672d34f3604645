import { expect, test } from 'vitest';
import { createFourier } from '../../../src-main/turns/fourier.ts';

test('the transform is the sum that defines it', () => {
  for (const size of [4, 16, 512]) {
    const fourier = createFourier(size);
    fourier.input.forEach((_, index) => (fourier.input[index] = Math.sin(index * index + 1)));
    fourier.transform();
    for (let frequency = 0; frequency <= size / 2; frequency++) {
      let real = 0;
      let imaginary = 0;
      fourier.input.forEach((value, index) => {
        real += value * Math.cos((2 * Math.PI * frequency * index) / size);
        imaginary -= value * Math.sin((2 * Math.PI * frequency * index) / size);
      });
      expect(fourier.real[frequency]).toBeCloseTo(real, 9);
      expect(fourier.imaginary[frequency]).toBeCloseTo(imaginary, 9);
    }
  }
});
