// What an ES module exports, as an object that may be added to: its named exports, or else the default one.
(namespace) => {
  const names = Object.keys(namespace).filter((name) => name !== 'default');
  if (names.length === 0) return namespace.default;
  const exports = {};
  for (const name of names) {
    // Asked for each time: the module may change what a name means.
    const how = { __proto__: null, get: () => namespace[name], enumerable: true, configurable: true };
    Object.defineProperty(exports, name, how);
  }
  return exports;
}
