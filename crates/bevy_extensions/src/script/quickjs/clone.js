// `structuredClone`, as browsers have it, for what a script can have.
(value) => {
  const copies = new Map();
  const copy = (value) => {
    if (typeof value === 'function' || typeof value === 'symbol') {
      throw new TypeError(`a ${typeof value} cannot be cloned`);
    }
    if (typeof value !== 'object' || value === null) return value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const keep = (copied) => (copies.set(value, copied), copied);
    if (value instanceof Date) return keep(new Date(+value));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(copy(value.buffer), value.byteOffset, value.length));
    if (value instanceof Map) {
      const map = keep(new Map());
      value.forEach((item, key) => map.set(copy(key), copy(item)));
      return map;
    }
    if (value instanceof Set) {
      const set = keep(new Set());
      value.forEach((item) => set.add(copy(item)));
      return set;
    }
    const copied = keep(Array.isArray(value) ? new Array(value.length) : value instanceof Error ? new Error(value.message) : {});
    const names = Object.keys(value);
    for (let i = 0; i < names.length; i++) {
      const how = { __proto__: null, value: copy(value[names[i]]), enumerable: true, configurable: true, writable: true };
      Object.defineProperty(copied, names[i], how);
    }
    return copied;
  };
  return copy(value);
}
