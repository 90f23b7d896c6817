/** What a device keeps: the bundle, the highest time ever seen, and controls that wait to be sent. */

/**
 * @typedef {{ get: (key: string) => Promise<any>, put: (key: string, value: any) => Promise<void>,
 *   waiting: () => Promise<any[]>, keep: (control: any) => Promise<void>, drop: (id: string) => Promise<void> }} Store
 */

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @returns {Promise<Store>} */
export async function openStore() {
  const opening = indexedDB.open('endmark', 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('kept');
    opening.result.createObjectStore('controls', { keyPath: 'id' });
  };
  const database = await done(opening);
  // What is on the disk before the promise resolves survives the phone that is switched off next.
  const inside = (name, mode) => database.transaction(name, mode, { durability: 'strict' }).objectStore(name);
  const write = (name, change) => new Promise((resolve, reject) => {
    const store = inside(name, 'readwrite');
    change(store);
    store.transaction.oncomplete = () => resolve();
    store.transaction.onabort = () => reject(store.transaction.error);
  });
  return {
    get: (key) => done(inside('kept', 'readonly').get(key)),
    put: (key, value) => write('kept', (store) => store.put(value, key)),
    waiting: () => done(inside('controls', 'readonly').getAll()),
    keep: (control) => write('controls', (store) => store.put(control)),
    drop: (id) => write('controls', (store) => store.delete(id)),
  };
}
