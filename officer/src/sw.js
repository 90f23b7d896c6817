/* The service worker: keeps the pages for the hours without a network, and nothing else. No answer is ever kept. */
/* The register writes VERSION, FILES and PAGES before this: other files or pages are another version. */
/* global VERSION, FILES, PAGES */

const CACHE = `endmark-${VERSION}`;

self.addEventListener('install', (event) => {
  const fresh = [...FILES, ...PAGES].map((address) => new Request(address, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (names) => names.filter((name) => name.startsWith('endmark-') && name !== CACHE);
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(old(names).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  // Posts go past us: sent on by a service worker, one from another site would look like our own.
  if (origin !== self.location.origin || request.method !== 'GET') return;
  const isOwn = search === '' && (FILES.includes(pathname) || PAGES.includes(pathname));
  if (isOwn) event.respondWith(caches.match(request, { cacheName: CACHE }).then((kept) => kept ?? fetch(request)));
  else if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => withoutNetwork(request)));
});

/** The page for that, in the language asked for. @param {Request} request */
function withoutNetwork(request) {
  const wanted = [new URL(request.url).searchParams.get('language'), ...self.navigator.languages];
  const page = wanted.map((language) => `/officer/offline/${String(language).slice(0, 2)}`).find((path) => PAGES.includes(path));
  return Response.redirect(page ?? PAGES[0], 302);
}
