/**
 * Makes `count` numbers from 0 to below 1 out of one: the same of the same, and each as if by chance of its own
 * (splitmix32 with the number as its seed). Useless for secrets.
 */
export function drawsFrom(chance: number, count: number): readonly number[] {
  const seed = Math.floor(chance * 2 ** 32);
  return Array.from({ length: count }, (_, index) => {
    let mixed = (seed + Math.imul(index + 1, 0x9e3779b9)) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  });
}
