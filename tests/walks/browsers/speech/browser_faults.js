/**
 * Ear and mouth of a browser, for tests, with what real browsers do. Set `window.faults` before:
 *   ms        how long an utterance takes (50)
 *   mute      nothing that is handed over ever begins
 *   locked    the same, until something was handed over within a press, as on iOS
 *   hangs     a text: an utterance with it begins, and neither ends nor lets others begin
 *   hears     the open ear hears every utterance as a final result
 *   late      milliseconds until the list of voices is there
 * `mouth.begun` are the utterances that began: {text, lang, voice, rate, whileEarOpen}, without the silent
 * ones; `mouth.handed` all that were handed over: {text, inPress}. `ear.now` is the open recognition.
 */
(() => {
  const faults = window.faults ?? {};
  const mouth = { begun: [], handed: [], cancelled: 0 };
  const ear = { now: null, language: null, opened: 0 };
  Object.assign(window, { mouth, ear });

  let isPress = false;
  for (const kind of ['pointerup', 'click', 'keydown']) {
    const press = () => {
      isPress = true;
      queueMicrotask(() => setTimeout(() => (isPress = false)));
    };
    window.addEventListener(kind, press, { capture: true });
  }

  const LANGUAGES = ['en-US', 'de-DE', 'ja-JP', 'zh-CN', 'ko_KR', 'de-DE'];
  const list = LANGUAGES.map((lang, place) => ({ lang, name: `${lang} ${place}`, voiceURI: `voice-${place}`, default: place === 0 }));
  let isListed = !faults.late;
  const queue = [];
  let isUnlocked = !faults.locked;

  class Utterance extends EventTarget {
    lang = '';
    voice = null;
    rate = 1;
    volume = 1;
    constructor(text) {
      super();
      this.text = text;
    }
    tell(kind, more = {}) {
      const event = Object.assign(new Event(kind), more);
      this[`on${kind}`]?.(event);
      this.dispatchEvent(event);
    }
  }

  function start() {
    const [utterance] = queue;
    if (!utterance || utterance.isBegun) return;
    utterance.isBegun = true;
    const { text, lang, voice, rate } = utterance;
    const isSilent = text.trim() === '';
    if (!isSilent) mouth.begun.push({ text, lang, rate, voice: voice?.voiceURI ?? null, whileEarOpen: ear.now !== null });
    utterance.tell('start');
    if (faults.hangs && text.includes(faults.hangs)) return;
    setTimeout(() => {
      if (queue[0] !== utterance) return;
      if (faults.hears && !isSilent) ear.now?.hear(text);
      if (queue[0] !== utterance) return;
      queue.shift();
      utterance.tell('end');
      start();
    }, isSilent ? 0 : (faults.ms ?? 50));
  }

  class Synthesis extends EventTarget {
    get speaking() {
      return queue.length > 0;
    }
    getVoices() {
      return isListed ? list : [];
    }
    speak(utterance) {
      mouth.handed.push({ text: utterance.text, inPress: isPress });
      isUnlocked ||= isPress;
      if (faults.mute || !isUnlocked) return;
      queue.push(utterance);
      setTimeout(start);
    }
    cancel() {
      mouth.cancelled += 1;
      for (const utterance of queue.splice(0)) utterance.tell('error', { error: 'interrupted' });
    }
  }

  class Recognition extends EventTarget {
    lang = '';
    tell(kind, more = {}) {
      this.dispatchEvent(Object.assign(new Event(kind), more));
    }
    start() {
      ear.now = this;
      ear.opened += 1;
      ear.language = this.lang;
    }
    close() {
      if (ear.now !== this) return;
      ear.now = null;
      this.tell('end');
    }
    abort() {
      this.close();
    }
    fail(error) {
      this.tell('error', { error });
      this.close();
    }
    hear(transcript, isFinal = true, confidence = 0.8) {
      this.give([[transcript, isFinal, confidence]]);
    }
    give(entries) {
      const results = entries.map(([transcript, isFinal, confidence]) =>
        Object.assign([{ transcript, confidence }], { isFinal }),
      );
      this.tell('result', { results });
    }
  }

  const synthesis = new Synthesis();
  Object.defineProperty(window, 'speechSynthesis', { value: synthesis });
  window.SpeechSynthesisUtterance = Utterance;
  window.SpeechRecognition = window.webkitSpeechRecognition = Recognition;
  if (faults.late) {
    setTimeout(() => {
      isListed = true;
      synthesis.dispatchEvent(new Event('voiceschanged'));
    }, faults.late);
  }
})();
