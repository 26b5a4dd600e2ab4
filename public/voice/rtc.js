/** A peer connection to OpenAI: the microphone goes out, sound and events come in. */

const CHANNEL = 'oai-events';
const GATHERING_MS = 1000; // for addresses of this machine; most arrive within 100 ms
const AWAY_MS = 5000; // a connection that is away for longer is lost

/**
 * @typedef {object} Listener
 * @property {() => void} onOpen
 * @property {(code: number | null) => void} onClosed called once
 * @property {(event: any) => void} onEvent
 */

export class Rtc {
  #peer = new RTCPeerConnection();
  #channel;
  #listener;
  #timer = 0;
  #isClosed = false;

  /**
   * @param {import('./sound.js').Sound} sound
   * @param {MediaStream} microphone
   * @param {Listener} listener
   */
  constructor({ audio }, microphone, listener) {
    const peer = this.#peer;
    this.#listener = listener;
    for (const track of microphone.getAudioTracks()) peer.addTrack(track, microphone);
    peer.ontrack = ({ streams: [stream], track }) => {
      audio.srcObject = stream ?? new MediaStream([track]);
      audio.play().catch(() => {}); // autoplay tries too
    };
    peer.onconnectionstatechange = () => this.#look();
    this.#channel = peer.createDataChannel(CHANNEL);
    this.#channel.onopen = () => !this.#isClosed && listener.onOpen();
    this.#channel.onclose = () => this.#lose();
    this.#channel.onmessage = ({ data }) => this.#take(data);
  }

  /** @returns {Promise<string>} the SDP */
  async offer() {
    const peer = this.#peer;
    await peer.setLocalDescription(await peer.createOffer());
    await new Promise((resolve) => {
      const look = () => peer.iceGatheringState === 'complete' && resolve(null);
      peer.onicegatheringstatechange = look;
      setTimeout(resolve, GATHERING_MS);
      look();
    });
    return peer.localDescription?.sdp ?? '';
  }

  /** @param {{sdp?: string}} session the answer to the offer */
  async begin({ sdp = '' }) {
    await this.#peer.setRemoteDescription({ type: 'answer', sdp });
  }

  /** @param {object} event */
  send(event) {
    if (this.#channel.readyState === 'open') this.#channel.send(JSON.stringify(event));
  }

  mute() {} // the track is off, which sends silence

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#channel.close();
    this.#peer.close();
  }

  /** @param {unknown} data */
  #take(data) {
    if (this.#isClosed || typeof data !== 'string') return;
    const event = parsed(data);
    if (event) this.#listener.onEvent(event);
  }

  #look() {
    const { connectionState } = this.#peer;
    clearTimeout(this.#timer);
    if (/failed|closed/.test(connectionState)) this.#lose();
    if (connectionState === 'disconnected') {
      this.#timer = window.setTimeout(() => this.#lose(), AWAY_MS);
    }
  }

  #lose() {
    if (this.#isClosed) return;
    this.close();
    this.#listener.onClosed(null);
  }
}

/** @param {string} text @returns {any} null if it is not JSON */
export function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
