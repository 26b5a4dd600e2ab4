// Runs before the page's own code: records what the page plays, through a peer's track or through an
// AudioContext, and when it and the vendor's events came. Times are milliseconds of the page.
(() => {
  const pieces = [];
  const recorded = { rate: 0, originMs: performance.timeOrigin, loudMs: [], events: [] };
  const LOUD = 0.02; // of the loudest possible; what is below is the noise of a codec
  window.recorded = recorded;
  // Samples of 16 bits in base64, since the last time.
  window.takeSound = () => {
    const samples = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
    let place = 0;
    for (const piece of pieces.splice(0)) {
      for (const sample of piece) samples[place++] = Math.max(-1, Math.min(1, sample)) * 32_767;
    }
    const bytes = new Uint8Array(samples.buffer);
    let text = '';
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
    return btoa(text);
  };

  const recorders = new WeakMap();
  function recorderOf(context) {
    if (!recorders.has(context)) {
      const node = context.createScriptProcessor(1024, 1, 1);
      node.onaudioprocess = ({ inputBuffer }) => {
        const piece = inputBuffer.getChannelData(0).slice();
        recorded.rate = context.sampleRate;
        if (piece.some((sample) => Math.abs(sample) > LOUD)) recorded.loudMs.push(performance.now());
        pieces.push(piece);
      };
      recorders.set(context, node);
      connect.call(node, context.destination); // it runs only if it is connected; it plays silence
    }
    return recorders.get(context);
  }

  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) connect.call(this, recorderOf(this.context));
    return connect.call(this, target, ...rest);
  };

  function note(data) {
    const text = typeof data === 'string' ? data : new TextDecoder().decode(data);
    if (text.includes('"inlineData"')) return; // sound
    recorded.events.push({ atMs: performance.now(), event: JSON.parse(text) });
  }

  const Peer = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Peer {
    constructor(...options) {
      super(...options);
      this.addEventListener('track', ({ streams: [stream], track }) => {
        const context = new AudioContext();
        const source = context.createMediaStreamSource(stream ?? new MediaStream([track]));
        connect.call(source, recorderOf(context));
      });
    }
    createDataChannel(...options) {
      const channel = super.createDataChannel(...options);
      channel.addEventListener('message', ({ data }) => note(data));
      return channel;
    }
  };

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(address, ...options) {
      super(address, ...options);
      if (!`${address}`.includes('BidiGenerateContent')) return;
      this.addEventListener('message', async ({ data }) =>
        note(data instanceof Blob ? await data.arrayBuffer() : data),
      );
    }
  };
})();
