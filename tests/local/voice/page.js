// A call as the page makes it: microphone, data channel, the answer's sound. The test exchanges the
// descriptions.
window.call = async () => {
  const peer = new RTCPeerConnection();
  const events = peer.createDataChannel('oai-events');
  const state = { events: [], loudest: 0, isOpen: false };
  events.onmessage = ({ data }) => state.events.push(JSON.parse(data));
  events.onopen = () => (state.isOpen = true);
  peer.ontrack = ({ streams, track }) => {
    const audio = new Audio();
    audio.srcObject = streams[0] ?? new MediaStream([track]);
    audio.play();
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(audio.srcObject).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      state.loudest = Math.max(state.loudest, ...samples.map(Math.abs));
    }, 20);
  };
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
  await peer.setLocalDescription(await peer.createOffer());
  const sdp = await window.answerTo(peer.localDescription.sdp);
  await peer.setRemoteDescription({ type: 'answer', sdp });
  window.state = state;
  window.tell = (event) => events.send(JSON.stringify(event));
  window.hangUp = () => peer.close();
};
