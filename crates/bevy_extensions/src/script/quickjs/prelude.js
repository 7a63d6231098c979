// What scripts find in the world. Built-ins are taken here, so that a script which changes them harms itself only.
(function (native, values) {
  'use strict';
  const { create, defineProperty, freeze, keys } = Object;
  const { apply, defineProperty: define, deleteProperty, set } = Reflect;
  const { Array, ArrayBuffer, Date, Error, Map, Promise, Proxy, RegExp, Set, TypeError } = globalThis;
  const isArray = Array.isArray, isView = ArrayBuffer.isView;
  const then = Promise.prototype.then, resolved = Promise.resolve();
  const mapGet = Map.prototype.get, mapSet = Map.prototype.set, mapEach = Map.prototype.forEach;
  const setAdd = Set.prototype.add, setEach = Set.prototype.forEach, slice = ArrayBuffer.prototype.slice;

  const text = (value, what) => {
    if (typeof value !== 'string') throw new TypeError(what);
    return value;
  };
  const callable = (value, what) => {
    if (typeof value !== 'function') throw new TypeError(what);
    return value;
  };

  // Events.
  const listen = (how, once) => (name, fn) => {
    if (typeof name === 'function') (fn = name), (name = '*');
    text(name, `\`${how}\` takes the name of an event and a function`);
    const id = native.listen(name, callable(fn, `\`${how}\` takes the name of an event and a function`), once);
    return freeze({ detach: () => native.unlisten(id) });
  };
  const off = (name, fn) => {
    if (typeof name === 'function') (fn = name), (name = undefined);
    native.off(name, callable(fn, '`off` takes the function that listens'));
  };
  const emit = (name, value, options) => {
    text(name, '`emit` takes the name of an event');
    const to = options === undefined || options === null ? undefined : options.to;
    return native.emit(name, value, typeof to === 'string' ? [to] : to);
  };

  // What everybody asks an object for, to learn what it is.
  const asked = freeze({
    __proto__: null, then: 1, toJSON: 1, constructor: 1, inspect: 1, toString: 1, valueOf: 1, prototype: 1,
    nodeType: 1, $$typeof: 1, asymmetricMatch: 1, hasOwnProperty: 1, __esModule: 1,
  });
  // An object whose fields are asked for when they are used.
  const remote = (what, get, list) => {
    const includes = (name) => {
      const names = list();
      for (let i = 0; i < names.length; i++) if (names[i] === name) return true;
      return false;
    };
    const refuse = () => {
      throw new TypeError(`${what} cannot be changed from here`);
    };
    return new Proxy(create(null), {
      __proto__: null,
      get: (_, name) => (typeof name === 'symbol' || (name in asked && !includes(name)) ? undefined : get(name)),
      has: (_, name) => typeof name === 'string' && includes(name),
      ownKeys: () => list(),
      getOwnPropertyDescriptor: (_, name) =>
        typeof name === 'string' && includes(name)
          ? { __proto__: null, value: undefined, enumerable: true, configurable: true, writable: true }
          : undefined,
      set: refuse, defineProperty: refuse, deleteProperty: refuse, setPrototypeOf: refuse, preventExtensions: refuse,
    });
  };
  const sender = (what, send) => (value, ...more) => {
    if (more.length > 0) throw new TypeError(`${what} takes one argument: put several into one object`);
    return send(value);
  };
  const imports = (of) => {
    text(of, '`imports` takes the name of an extension');
    native.offers(of);
    const get = (name) =>
      native.offer(of, name)
        ? sender(`\`${of}.${name}\``, (value) => native.call(of, name, value))
        : native.call(of, name, null);
    return remote(`\`${of}\``, get, () => native.offers(of));
  };
  const drivers = (of) => {
    text(of, '`drivers` takes the name of an interface');
    native.methods(of);
    const get = (name) => {
      native.method(of, name);
      return sender(`\`${of}.${name}\``, (value) => native.drive(of, name, value));
    };
    return remote(`\`${of}\``, get, () => native.methods(of));
  };
  const driver = (of, methods) => {
    text(of, '`driver` takes the name of an interface and an object of functions');
    if (typeof methods !== 'object' || methods === null) {
      throw new TypeError('`driver` takes the name of an interface and an object of functions');
    }
    native.driver(of, methods);
  };

  // Exports: a view of the object, which tells when it is changed.
  const watched = (object) =>
    new Proxy(object, {
      __proto__: null,
      set: (target, name, value) => (native.changed(), set(target, name, value)),
      defineProperty: (target, name, how) => (native.changed(), define(target, name, how)),
      deleteProperty: (target, name) => (native.changed(), deleteProperty(target, name)),
    });
  let exported = watched(values.exports);
  const setExports = (object) => {
    if (typeof object !== 'object' || object === null) throw new TypeError('`exports` takes an object');
    native.exports(object);
    exported = watched(object);
  };

  const log = (level) => (...values) => native.log(level, values);
  const [debug, info, warn, error] = [log(0), log(1), log(2), log(3)];

  const extension = {
    name: values.name,
    version: values.version,
    config: values.config,
    log: freeze({ debug, info, warn, error }),
    on: listen('on', false),
    once: listen('once', true),
    off, emit, imports, import: imports, driver, drivers,
    get exports() { return exported; },
    set exports(object) { setExports(object); },
  };

  const console = {
    log: info, info, warn, error, debug,
    dir: (value) => info(value),
    table: (value) => info(value),
    trace: (...values) => debug(...values, '\n' + new Error('trace').stack),
    assert: (holds, ...values) => {
      if (!holds) error('assertion failed', ...values);
    },
  };

  // Copies as the algorithm of the same name in browsers does, for what a script can have.
  const structuredClone = (value) => {
    const copies = new Map();
    const copy = (value) => {
      if (typeof value === 'function' || typeof value === 'symbol') {
        throw new TypeError(`a ${typeof value} cannot be cloned`);
      }
      if (typeof value !== 'object' || value === null) return value;
      const known = apply(mapGet, copies, [value]);
      if (known !== undefined) return known;
      const keep = (copied) => (apply(mapSet, copies, [value, copied]), copied);
      if (value instanceof Date) return keep(new Date(+value));
      if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
      if (value instanceof ArrayBuffer) return keep(apply(slice, value, [0]));
      if (isView(value)) return keep(new value.constructor(copy(value.buffer), value.byteOffset, value.length));
      if (value instanceof Map) {
        const map = keep(new Map());
        apply(mapEach, value, [(item, key) => apply(mapSet, map, [copy(key), copy(item)])]);
        return map;
      }
      if (value instanceof Set) {
        const set = keep(new Set());
        apply(setEach, value, [(item) => apply(setAdd, set, [copy(item)])]);
        return set;
      }
      const copied = keep(isArray(value) ? new Array(value.length) : value instanceof Error ? new Error(value.message) : {});
      const names = keys(value);
      for (let i = 0; i < names.length; i++) {
        const how = { __proto__: null, value: copy(value[names[i]]), enumerable: true, configurable: true, writable: true };
        defineProperty(copied, names[i], how);
      }
      return copied;
    };
    return copy(value);
  };

  const globals = {
    console,
    structuredClone,
    queueMicrotask: (fn) => {
      const run = callable(fn, '`queueMicrotask` takes a function');
      apply(then, resolved, [() => { run(); }]);
    },
    setTimeout: (fn, after, ...rest) => native.timer(callable(fn, '`setTimeout` takes a function'), +after, rest, false),
    setInterval: (fn, after, ...rest) => native.timer(callable(fn, '`setInterval` takes a function'), +after, rest, true),
    clearTimeout: (timer) => native.clear(timer),
    clearInterval: (timer) => native.clear(timer),
  };
  for (const name of keys(globals)) {
    defineProperty(globalThis, name, { value: globals[name], writable: true, configurable: true, enumerable: false });
  }
  defineProperty(globalThis, 'extension', { value: freeze(extension), enumerable: true });
})
