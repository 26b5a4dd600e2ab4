/** Microphone and loudspeaker of the browser, opened within a press, and released at the end. */

const LISTENING = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

const CHIME_HZ = 880;
const CHIME_LEVEL = 0.1; // of the loudest
const CHIME_S = 0.15;

/** Why the microphone cannot be used, by the names of the browser's errors. */
const PROBLEMS = {
  NotAllowedError: 'not-allowed',
  SecurityError: 'not-allowed',
  NotFoundError: 'audio-capture',
  OverconstrainedError: 'audio-capture',
  NotReadableError: 'microphone-busy',
  AbortError: 'microphone-busy',
};

/**
 * @typedef {object} Sound
 * @property {HTMLAudioElement} audio plays a peer's sound
 * @property {AudioContext} context
 */

/** A conversation cannot begin or go on. `code` says why in one word. */
export class VoiceProblem extends Error {
  /** @param {string} code @param {unknown} [cause] */
  constructor(code, cause) {
    super(code, { cause });
    this.name = VoiceProblem.name;
    this.code = code;
  }
}

/**
 * Allow sound. Call it within the press that begins the conversation: later, iOS refuses.
 * @returns {Sound}
 */
export function prime() {
  const audio = new Audio();
  const context = new AudioContext({ latencyHint: 'interactive' });
  audio.autoplay = true;
  audio.setAttribute('playsinline', '');
  // Silence: an element that has played within a press may play later, also on iOS.
  audio.srcObject = context.createMediaStreamDestination().stream;
  audio.play().catch(() => {}); // without a press: it is tried again when the peer's sound comes
  context.resume().catch(() => {});
  return { audio, context };
}

/**
 * Sound a short tone: from now on the microphone is listened to.
 * @param {Sound} sound
 * @returns {null}
 */
export function chime({ context }) {
  const [tone, level] = [context.createOscillator(), context.createGain()];
  tone.frequency.value = CHIME_HZ;
  level.gain.value = CHIME_LEVEL;
  tone.connect(level).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + CHIME_S);
  return null;
}

/** @param {Sound} sound */
export function release({ audio, context }) {
  audio.pause();
  audio.srcObject = null;
  if (context.state !== 'closed') context.close().catch(() => {});
}

/**
 * Open the microphone. Rejects with a VoiceProblem.
 * @returns {Promise<MediaStream>}
 */
export async function openMicrophone() {
  const devices = globalThis.navigator?.mediaDevices; // absent on pages without https
  if (!devices?.getUserMedia) throw new VoiceProblem('voice-unsupported');
  try {
    return await devices.getUserMedia({ audio: LISTENING });
  } catch (error) {
    const { name = '' } = /** @type {Error} */ (error);
    const code = Object.hasOwn(PROBLEMS, name) && PROBLEMS[/** @type {keyof typeof PROBLEMS} */ (name)];
    throw new VoiceProblem(code || 'audio-capture', error);
  }
}

/** @param {MediaStream} microphone @param {boolean} isOn */
export function turnMicrophone(microphone, isOn) {
  for (const track of microphone.getAudioTracks()) track.enabled = isOn;
}

/** @param {MediaStream} microphone */
export function closeMicrophone(microphone) {
  for (const track of microphone.getTracks()) track.stop();
}
