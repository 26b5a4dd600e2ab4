/**
 * The service worker of the page. It shows what is pushed while no page is open, and does nothing else:
 * it answers no request.
 */

/** @type {any} */
const worker = self;

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('push', (/** @type {any} */ event) => {
  const { title = 'Second Brain', body = '', tag = '', urgent = false } = contentOf(event.data);
  const icon = 'icon.svg';
  // The same tag replaces a notification. An urgent one that comes again is not heard again.
  const shown = worker.registration.showNotification(title, { body, tag, icon, requireInteraction: urgent });
  event.waitUntil(shown);
});

worker.addEventListener('notificationclick', (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(openPage());
});

// Only a page knows the user's token, so a page sends the new subscription: an open one now, else the next one.
worker.addEventListener('pushsubscriptionchange', (/** @type {any} */ event) => {
  event.waitUntil(subscribeAgain(event));
});

/** @param {{json: () => any} | null} data */
function contentOf(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {}; // something has to be shown
  }
}

async function openPage() {
  const [page] = await pages();
  return page ? page.focus() : worker.clients.openWindow(worker.registration.scope);
}

/** @param {any} event */
async function subscribeAgain({ oldSubscription, newSubscription }) {
  const { options } = oldSubscription ?? {};
  if (!newSubscription && options) await worker.registration.pushManager.subscribe(options).catch(() => null);
  for (const page of await pages()) page.postMessage({ type: 'subscription' });
}

async function pages() {
  const { scope } = worker.registration;
  const found = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return found.filter((/** @type {any} */ page) => page.url.startsWith(scope));
}
