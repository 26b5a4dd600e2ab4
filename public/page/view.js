/** Tells when the whole of an element has been in view of a visible tab for a second. */

const SEEN_MS = 1000;
const WHOLE = 0.99; // of the element's area: browsers round parts of a pixel

/**
 * An element that is larger than the window is never in view as a whole.
 * @param {HTMLElement} element
 * @param {() => void} onSeen called each time
 * @returns {() => void} stops watching
 */
export function whenSeen(element, onSeen) {
  let isInView = false;
  let timer = 0;
  const look = () => {
    clearTimeout(timer);
    if (isInView && !document.hidden) timer = window.setTimeout(onSeen, SEEN_MS);
  };
  const observer = new IntersectionObserver(
    (changes) => {
      const last = changes[changes.length - 1]; // they come in the order in which they happened
      isInView = last.intersectionRatio >= WHOLE;
      look();
    },
    { threshold: WHOLE },
  );
  observer.observe(element);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearTimeout(timer);
    observer.disconnect();
    document.removeEventListener('visibilitychange', look);
  };
}
