/** Tells voice from noise, by its pitch: loud is not enough. No I/O. */

const LOWEST_HZ = 75; // of a voice's pitch
const HIGHEST_HZ = 400;
const QUIET = 0.01; // of full scale: softer sound is not for this microphone
const PITCHED = 0.6; // of 1: how much a period resembles the one before

/**
 * @param {Float32Array} samples at least 40 ms
 * @param {number} rateHz
 */
export function isVoice(samples, rateHz) {
  const mean = samples.reduce((sum, one) => sum + one, 0) / samples.length;
  const centred = samples.map((one) => one - mean);
  const energy = centred.reduce((sum, one) => sum + one * one, 0);
  if (Math.sqrt(energy / samples.length) < QUIET) return false;
  const longest = Math.min(Math.floor(rateHz / LOWEST_HZ), samples.length >> 1);
  let best = 0;
  for (let lag = Math.ceil(rateHz / HIGHEST_HZ); lag <= longest; lag += 1) {
    best = Math.max(best, resemblance(centred, lag));
  }
  return best >= PITCHED;
}

/** The correlation of a sound with itself `lag` samples later, -1 to 1. @param {Float32Array} samples @param {number} lag */
function resemblance(samples, lag) {
  let both = 0;
  let first = 0;
  let second = 0;
  for (let place = 0; place + lag < samples.length; place += 2) {
    const [one, other] = [samples[place], samples[place + lag]];
    both += one * other;
    first += one * one;
    second += other * other;
  }
  return both / Math.sqrt(first * second || 1);
}
