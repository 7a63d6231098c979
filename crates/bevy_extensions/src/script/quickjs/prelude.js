// What scripts find in the world. Built-ins are taken here, so that a script which changes them harms itself only.
(function (native, values) {
  'use strict';
  const { create, defineProperty, entries: objectEntries, freeze, keys, setPrototypeOf } = Object;
  const { startsWith } = String.prototype;
  const { isArray } = Array;
  const { apply, defineProperty: define, deleteProperty, set } = Reflect;
  const { Error, Promise, Proxy, TypeError } = globalThis;
  const then = Promise.prototype.then, resolved = Promise.resolve();

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
  const receivers = (options) => {
    if (typeof options !== 'object' || isArray(options)) {
      throw new TypeError('`emit` takes an object of options, as `{ to: \'Economy\' }`');
    }
    const names = keys(options);
    for (let i = 0; i < names.length; i++) {
      if (names[i] === 'to') continue;
      throw new TypeError(`\`emit\` knows no option \`${names[i]}\`${native.nearest(names[i], ['to']) || '; it knows `to` only'}`);
    }
    return typeof options.to === 'string' ? [options.to] : options.to;
  };
  const emit = (name, value, options) => {
    text(name, '`emit` takes the name of an event');
    const to = options === undefined || options === null ? undefined : receivers(options);
    // Made here, so that it points to where the event was emitted; it is used if that fails.
    return native.emit(name, value, to, new Error(''));
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
    if (of === 'data') return (data ??= keeps(native.offers(of)));
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

  // Commands of the console.
  const command = (name, options, fn) => {
    const wrong = () => new TypeError("`command` takes a name, perhaps `{ arguments, help, complete }`, and a function");
    if (typeof options === 'function') (fn = options), (options = {});
    if (typeof name !== 'string' || typeof fn !== 'function' || typeof options !== 'object' || options === null) throw wrong();
    const known = ['arguments', 'help', 'complete'];
    const names = keys(options);
    for (let i = 0; i < names.length; i++) {
      if (!(names[i] === 'arguments' || names[i] === 'help' || names[i] === 'complete')) {
        throw new TypeError(`\`command\` knows no option \`${names[i]}\`${native.nearest(names[i], known) || '; it knows `arguments`, `help` and `complete`'}`);
      }
    }
    const complete = options.complete === undefined ? undefined : callable(options.complete, '`complete` of a command is a function');
    const line = (key) => (options[key] === undefined ? '' : text(options[key], `\`${key}\` of a command is a text`));
    native.command(name, line('arguments'), line('help'), ({ words, rest }) => fn(words, rest), complete);
  };

  // Compiled when it is needed, which is rare.
  let cloner;
  const clone = (value) => (cloner ??= native.clone())(value);

  // Data: what the script keeps.
  const timed = (what, options) => {
    if (options === undefined || options === null) return null;
    const names = typeof options === 'object' ? keys(options) : [''];
    for (let i = 0; i < names.length; i++) {
      if (names[i] !== 'ttl') throw new TypeError(`\`${what}\` takes a key, a value and perhaps \`{ ttl: milliseconds }\``);
    }
    return options.ttl ?? null;
  };
  const entries = (of) => (isArray(of) ? of : objectEntries(of ?? {}));
  const begins = (prefix, key) => {
    if (typeof prefix === 'string') {
      const first = isArray(key) ? key[0] : key;
      return typeof first === 'string' && apply(startsWith, first, [prefix]);
    }
    const [wanted, parts] = [isArray(prefix) ? prefix : [prefix], isArray(key) ? key : [key]];
    for (let i = 0; i < wanted.length; i++) if (wanted[i] !== parts[i]) return false;
    return true;
  };
  const keyValues = () => {
    const ask = (method, ...rest) => native.data('kv', method, rest);
    return strict('`kv`', {
      get: (key) => ask('get', key),
      getMany: (keys) => ask('getMany', keys),
      has: (key) => ask('has', key),
      set: (key, value, options) => void ask('set', key, value, timed('kv.set', options)),
      setMany: (values) => void ask('setMany', entries(values)),
      delete: (key) => void ask('delete', key),
      list: (prefix, options) => ask('list', prefix, options?.limit, options?.after),
      incr: (key, by) => ask('incr', key, by ?? 1),
      decr: (key, by) => ask('decr', key, by ?? 1),
      expire: (key, ttl) => ask('expire', key, ttl),
      clear: () => void ask('clear'),
      update: (key, fn) => {
        callable(fn, '`kv.update` takes a key and a function');
        for (let tries = 0; tries < 64; tries++) {
          const before = ask('get', key);
          const after = fn(clone(before)) ?? null;
          if (ask('replace', key, before, after)) return after;
        }
        throw new Error('`kv.update` was always interrupted by another change');
      },
      transact: (options) =>
        ask('transact', entries(options?.when), entries(options?.set), options?.delete ?? []),
      watch: (prefix, fn) => {
        if (typeof prefix === 'function') (fn = prefix), (prefix = null);
        callable(fn, '`kv.watch` takes how keys begin, and a function');
        ask('watch', prefix);
        return extension.on('kv.changed', ({ key }) => {
          if (prefix === null || key === null || begins(prefix, key)) return fn(key);
        });
      },
    }, Object.prototype);
  };
  const tables = () => {
    // Made where it is asked for, as for `emit`.
    const later = (method, rest) => native.later('db', method, rest, new Error(''));
    return strict('`db`', {
      query: (sql, params) => later('query', [sql, params]),
      one: (sql, params) => later('one', [sql, params]),
      execute: (sql, params) => later('execute', [sql, params]),
      transaction: (statements) => later('transaction', [statements]),
      migrate: (steps) => native.data('db', 'migrate', [steps]),
    }, Object.prototype);
  };
  const kept = () => {
    const ask = (method, ...rest) => native.data('cache', method, rest);
    const set = (key, value, time) => (ask('set', key, value, time), value);
    return strict('`cache`', {
      get: (key) => ask('get', key),
      has: (key) => ask('has', key),
      set: (key, value, options) => void set(key, value, timed('cache.set', options)),
      delete: (key) => ask('delete', key),
      clear: () => void ask('clear'),
      stats: () => ask('stats'),
      getOrSet: (key, fn, options) => {
        callable(fn, '`cache.getOrSet` takes a key, a function and perhaps `{ ttl: milliseconds }`');
        const time = timed('cache.getOrSet', options);
        const found = ask('get', key);
        if (found !== null) return found;
        const made = fn();
        return made instanceof Promise ? apply(then, made, [(value) => set(key, value, time)]) : set(key, made, time);
      },
    }, Object.prototype);
  };
  const kinds = { __proto__: null, kv: keyValues, db: tables, cache: kept };
  let data;
  const keeps = (stores) => {
    const all = {};
    for (let i = 0; i < stores.length; i++) all[stores[i]] = kinds[stores[i]]();
    // What this app does without: the host says why.
    const missing = (name) => name in kinds && native.data(name, '', []);
    return strict('`data`', all, Object.prototype, missing);
  };

  // Makes an object tell of every use of it that it is not made for.
  const strict = (what, object, base, missing) => {
    const names = keys(object);
    const unknown = (name) => {
      if (typeof name === 'symbol') throw new TypeError(`${what} cannot be added to`);
      if (missing) missing(name);
      throw new TypeError(`${what} has no \`${name}\`${native.nearest(name, names)}`);
    };
    const inherited = new Proxy(base, {
      __proto__: null,
      get: (target, name) => {
        if (name === 'constructor') return undefined;
        if (typeof name === 'symbol' || name in target) return target[name];
        return name in asked ? undefined : unknown(name);
      },
      set: (_, name) => unknown(name),
    });
    return freeze(setPrototypeOf(object, inherited));
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

  // Files: those that came with the script, and those that it writes.
  const filed = (what, how) => (path, ...more) =>
    how(text(path, `\`${what}\` takes the path of a file`), ...more);
  const listed = (what, how) => (prefix) =>
    how(prefix === undefined ? '' : text(prefix, `\`${what}\` takes how paths begin, as \`'maps/'\``));
  const overwrites = (options) => {
    if (options === undefined || options === null) return false;
    const wrong = () => new TypeError('`save` takes a path and perhaps `{ overwrite: true }`');
    if (typeof options !== 'object' || isArray(options)) throw wrong();
    const names = keys(options);
    for (let i = 0; i < names.length; i++) if (names[i] !== 'overwrite') throw wrong();
    if (options.overwrite !== undefined && typeof options.overwrite !== 'boolean') throw wrong();
    return options.overwrite === true;
  };
  const files = strict('`extension.files`', {
    read: filed('files.read', (path) => native.files.read(path)),
    bytes: filed('files.bytes', (path) => native.files.bytes(path)),
    has: filed('files.has', (path) => native.files.has(path)),
    list: listed('files.list', (prefix) => native.files.list(prefix)),
    save: filed('files.save', (path, options) => native.storage.save(path, overwrites(options))),
  }, Object.prototype);
  const storage = strict('`extension.storage`', {
    read: filed('storage.read', (path) => native.storage.read(path)),
    bytes: filed('storage.bytes', (path) => native.storage.bytes(path)),
    has: filed('storage.has', (path) => native.storage.has(path)),
    list: listed('storage.list', (prefix) => native.storage.list(prefix)),
    write: filed('storage.write', (path, content) => native.storage.write(path, content)),
    remove: filed('storage.remove', (path) => native.storage.remove(path)),
  }, Object.prototype);

  const artifact = (of) => {
    const { name, version } = native.artifacts.find(text(of, '`artifact` takes the name of an artifact'));
    const within = (what, how) => (path) =>
      how(of, path === undefined ? '' : text(path, `\`${what}\` of an artifact takes the path of a file in it, if anything`));
    const list = within('list', native.artifacts.list);
    const has = (path) => {
      const names = list(path);
      for (let i = 0; i < names.length; i++) if (names[i] === path) return true;
      return false;
    };
    const read = within('read', native.artifacts.read), bytes = within('bytes', native.artifacts.bytes);
    return strict(`the artifact \`${name}\``, { name, version, read, bytes, has, list }, Object.prototype);
  };

  const log = (level) => (...values) => native.log(level, values);
  const [debug, info, warn, error] = [log(0), log(1), log(2), log(3)];
  const logger = (...values) => native.log(1, values);
  logger.debug = debug;
  logger.info = info;
  logger.warn = warn;
  logger.error = error;

  const members = {
    name: values.name,
    version: values.version,
    config: values.config,
    log: strict('`extension.log`', logger, Function.prototype),
    on: listen('on', false),
    once: listen('once', true),
    files, storage, artifact, off, emit, imports, import: imports, driver, drivers, command,
  };
  const extension = {
    get exports() { return exported; },
    set exports(object) { setExports(object); },
  };
  // Not as plain values: to write these would do nothing, and say nothing.
  for (const name of keys(members)) {
    const get = () => members[name];
    const set = () => {
      throw new TypeError(`\`extension.${name}\` cannot be changed`);
    };
    defineProperty(extension, name, { get, set, enumerable: true });
  }
  strict('`extension`', extension, Object.prototype);

  const console = {
    log: info, info, warn, error, debug,
    dir: (value) => info(value),
    table: (value) => info(value),
    trace: (...values) => debug(...values, '\n' + new Error('trace').stack),
    assert: (holds, ...values) => {
      if (!holds) error('assertion failed', ...values);
    },
  };

  const globals = {
    console,
    structuredClone: clone,
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
  defineProperty(globalThis, 'extension', { value: extension, enumerable: true });
})
