/**
 * What a script extension finds in the world. Put this file beside your scripts, and your editor knows it too:
 * `/// <reference path="./extension.d.ts" />`, or a `jsconfig.json` in the same folder.
 *
 * Values that cross to others (events, arguments, answers, exports) become what `JSON.stringify` makes of them, with two
 * differences: integers beyond 2^53 are `bigint` and stay exact, and typed arrays are lists of numbers.
 */
declare const extension: Extension;

interface Extension {
  /** Its own name. */
  readonly name: string;

  /** Its own version. */
  readonly version: string;

  /** Its settings: those of its manifest, and what the host settings say over them. They cannot be changed. */
  readonly config: any;

  /** The log, in the name of this extension; called itself, it is `log.info`. `console` writes there too. */
  readonly log: ExtensionLog;

  /** What came with this extension: the files of its folder or archive. A single script has none but itself. */
  readonly files: ExtensionFiles;

  /**
   * Finds something that was fetched for this extension, by its name: `'lamp'`, where the manifest has `town:lamp:1.0.0@glb` among
   * its `artifacts`. Libraries are had with `require` or `import`, by their names: `require('left-pad')`.
   *
   *     const table = JSON.parse(extension.artifact('prices').read());
   */
  artifact(name: string): ExtensionArtifact;

  /**
   * What this extension writes: files in a folder of its own, which nobody else sees and which are there at the next start.
   *
   * @example
   * const { files, storage } = extension;
   * files.save('rules.json'); // where an operator may edit it
   * const rules = JSON.parse(storage.read('rules.json'));
   * storage.write('scores.json', JSON.stringify({ Ann: 3 }));
   */
  readonly storage: ExtensionStorage;

  /**
   * What this extension offers to others: functions, which get one argument, and values.
   * Assign an object, or its fields. A function answers at once; an `async` one may, if it waits for nothing outside.
   *
   * If nothing is assigned here until the end of the first file, what that file exports counts: `module.exports` and
   * `exports.f`, or `export function f` and `export const` of an ES module (`export default { .. }` if there are no others).
   *
   * @example
   * extension.exports = { forecast({ days }) { return Array(days).fill('rain') } };
   */
  exports: Record<string, any>;

  /**
   * Calls a function whenever an event of this name happens, or one that the pattern `a.*` matches, or any at all if
   * there is no name. What it changes in the event, listeners after it and the emitter see.
   *
   * The phases are heard like events: `preinit`, `init`, `postinit` (or `ready`), `terminate`. What comes after an `await`
   * at the top level may run later than those.
   *
   * @example
   * extension.on('player.joined', (event, meta) => { event.greeting = `hello, says ${meta.sender}` });
   */
  on(name: string, listener: (event: any, meta: ExtensionMeta) => unknown): ExtensionListener;
  on(listener: (event: any, meta: ExtensionMeta) => unknown): ExtensionListener;

  /** As `on`, but for the next event only. */
  once(name: string, listener: (event: any, meta: ExtensionMeta) => unknown): ExtensionListener;
  once(listener: (event: any, meta: ExtensionMeta) => unknown): ExtensionListener;

  /** Takes a function away from wherever it listens, or from one name only. */
  off(listener: Function): void;
  off(name: string, listener: Function): void;

  /**
   * Emits an event, to everybody or to some extensions only. It is delivered once the script has returned; the promise
   * then tells what it became.
   *
   * @example
   * const sale = await extension.emit('sale', { gold: 120, veto: false });
   * if (!sale.veto) extension.emit('sold', sale, { to: ['Economy'] });
   */
  emit(name: string, value?: any, options?: { to?: string | string[] }): Promise<any>;

  /**
   * What this extension keeps, and nobody else sees. The app has to be built with the feature `data`, and for `db` with the
   * feature `db`.
   *
   * @example
   * const { kv } = extension.imports('data');
   * kv.set(['seen', 'Ann'], kv.incr('visitors'));
   */
  imports(name: 'data'): ExtensionData;

  /**
   * Returns what another extension offers, or the app itself (`'app'`). Functions take one argument, and answer at once.
   *
   * @example
   * const { deposit } = extension.imports('Economy');
   */
  imports(name: string): any;

  /** The same as `imports`. */
  import(name: 'data'): ExtensionData;
  import(name: string): any;

  /** Makes this extension a driver of an interface: its methods get one object of arguments. */
  driver(name: string, methods: Record<string, (args: any) => any>): void;

  /** Returns the methods of an interface, whoever serves it. Each takes one object of arguments. */
  drivers(name: string): any;

  /**
   * Adds a command to the console of the app, if it has one (feature `console`). The function gets the words after the name,
   * split as shells do, and the rest of the line as it stands. What it answers is printed: a text, or any value as JSON, or
   * nothing. What it throws is a fault of this extension.
   *
   * @example
   * extension.command('greet', { arguments: 'NAME', help: 'greets somebody' }, ([name]) => `hello, ${name}`);
   */
  command(name: string, run: (words: string[], rest: string) => unknown): void;
  command(name: string, options: ExtensionCommand, run: (words: string[], rest: string) => unknown): void;
}

/** What is known of a command of the console. */
interface ExtensionCommand {
  /** What follows its name, for `help`: `PLAYER [GOLD]`. */
  arguments?: string;

  /** What it does, in a line, for `help`. */
  help?: string;

  /** Gets the words so far, of which the last is being typed, and returns what this one may be. */
  complete?(words: string[]): string[];
}

/** What a listener is told beside the event. */
interface ExtensionMeta {
  /** The name of the event. */
  readonly key: string;

  /** The extension that has emitted it; `undefined` is the app itself. */
  readonly sender: string | undefined;

  /** The extensions to which it was sent; `undefined` is everybody. */
  readonly target: readonly string[] | undefined;
}

/** A function that listens. */
interface ExtensionListener {
  /** Ends that. */
  detach(): void;
}

/**
 * Files that can be read. Paths have `/` between their parts: `maps/town.json`. None leads out of the folder, neither by `..`
 * nor by a link. A file has 16 MiB at most. What is wrong is thrown as an `Error` that names the path. Reading and
 * writing counts as the script's own time.
 */
interface ReadableFiles {
  /** Reads a file as text, in UTF-8. */
  read(path: string): string;

  /** Reads a file. */
  bytes(path: string): Uint8Array;

  /** Tells whether there is such a file. */
  has(path: string): boolean;

  /** Lists the paths that begin with a prefix, by name; `list()` has all, `list('maps/')` those in the folder `maps`. */
  list(prefix?: string): string[];
}

interface ExtensionFiles extends ReadableFiles {
  /**
   * Copies a file into the storage, under the same path, and tells whether it was written: one that is there already is kept,
   * unless it should be overwritten.
   */
  save(path: string, options?: { overwrite?: boolean }): boolean;
}

/** Something that was fetched for this extension: a single file, or a package of npm. */
interface ExtensionArtifact {
  /** Its name. */
  readonly name: string;

  /** Its version. */
  readonly version: string;

  /** Reads it as text, in UTF-8; of a package the file of that path. */
  read(path?: string): string;

  /** Reads it as bytes; of a package the file of that path. */
  bytes(path?: string): Uint8Array;

  /** Tells whether it has a file of that path. */
  has(path: string): boolean;

  /** Lists its files whose paths begin with `prefix`, or all. */
  list(prefix?: string): string[];
}

/** A name has to be one that every system takes: `con`, `a:b` and `a.` are refused. */
interface ExtensionStorage extends ReadableFiles {
  /** Writes a file as a whole, with the folders that it lies in. Whoever reads it sees the old one or the new one. */
  write(path: string, content: string | Uint8Array | ArrayBuffer): void;

  /** Removes a file, and tells whether it was there. */
  remove(path: string): boolean;
}

/** What an extension keeps. */
interface ExtensionData {
  /** Keys and values that stay. */
  readonly kv: ExtensionKv;

  /** Tables that stay, asked in SQL. An app without the feature `db` throws an error here. */
  readonly db: ExtensionDb;

  /** What is quickly there again, and may be gone. */
  readonly cache: ExtensionCache;
}

/** A text, a whole number, or a list of them: `['gold', 'Ann']`. It has 1 KiB at most. */
type ExtensionKey = string | number | bigint | readonly (string | number | bigint)[];

/**
 * Keys and values that are there at the next start. Values are what `JSON.stringify` takes, of 1 MiB at most. What is written
 * is there for the next read at once, and gets to disk a little later, on another thread; when the app ends, all of it does.
 * A prefix is a text with which texts begin, or a list with which keys begin.
 */
interface ExtensionKv {
  /** Returns a value; `null` if there is none. */
  get(key: ExtensionKey): any;

  /** Returns several values, as they are at one moment. */
  getMany(keys: readonly ExtensionKey[]): any[];

  /** Tells whether there is a value. */
  has(key: ExtensionKey): boolean;

  /** Writes a value, for so many milliseconds if that is said. */
  set(key: ExtensionKey, value: any, options?: { ttl?: number }): void;

  /** Writes several values, all or none: an object, or a list of pairs of a key and a value. */
  setMany(values: Record<string, any> | readonly (readonly [ExtensionKey, any])[]): void;

  /** Deletes a value. */
  delete(key: ExtensionKey): void;

  /** Lists what begins so, in order; 1000 entries if nothing else is said. `next` goes on where this ends: hand it over as `after`. */
  list(
    prefix?: ExtensionKey,
    options?: { limit?: number; after?: ExtensionKey | null },
  ): { entries: { key: ExtensionKey; value: any }[]; next: ExtensionKey | null };

  /** Adds to a whole number, which is 0 if there is none, and returns what it is then. */
  incr(key: ExtensionKey, by?: number | bigint): number | bigint;

  /** Takes from a whole number. */
  decr(key: ExtensionKey, by?: number | bigint): number | bigint;

  /** Has a value go after so many milliseconds, or stay (`null`). Tells whether there is one. */
  expire(key: ExtensionKey, ttl: number | null): boolean;

  /** Deletes all. */
  clear(): void;

  /** Writes what a function makes of a value (`null` if there is none), and returns that. */
  update(key: ExtensionKey, fn: (value: any) => any): any;

  /** Writes and deletes if all values are as they should be (`null` is none), all at once; tells whether they were. */
  transact(options: {
    when?: Record<string, any> | readonly (readonly [ExtensionKey, any])[];
    set?: Record<string, any> | readonly (readonly [ExtensionKey, any])[];
    delete?: readonly ExtensionKey[];
  }): boolean;

  /** Calls a function, in the next frame, with each key that begins so and has changed; `null` if many have. */
  watch(prefix: ExtensionKey, fn: (key: ExtensionKey | null) => unknown): ExtensionListener;
  watch(fn: (key: ExtensionKey | null) => unknown): ExtensionListener;
}

/** Parameters of a statement: a list by place (`?`), an object by name (`:name`). A `Uint8Array` is a blob. */
type ExtensionSqlParams = readonly any[] | Record<string, any> | null;

/**
 * Tables in a file of this extension's own, in SQLite. Answers come in a later frame, and what was answered is on disk. Rows
 * are objects; blobs are lists of numbers.
 *
 * @example
 * const { db } = extension.imports('data');
 * db.migrate([['001 players', 'CREATE TABLE player (name TEXT PRIMARY KEY, gold INTEGER NOT NULL) STRICT']]);
 * await db.execute('INSERT INTO player VALUES (?, ?)', ['Ann', 100]);
 * const { gold } = await db.one('SELECT gold FROM player WHERE name = :name', { name: 'Ann' });
 */
interface ExtensionDb {
  /**
   * Makes the tables, and waits for that: only at the top level, or in a phase. Each step, a name and SQL, runs once on a
   * file, in order; one that has run may be neither changed nor left out. Returns the names of those that ran now.
   */
  migrate(steps: readonly (readonly [name: string, sql: string])[]): string[];

  /** Returns the rows of a statement. */
  query(sql: string, params?: ExtensionSqlParams): Promise<any[]>;

  /** Returns the only row of a statement; `null` if there is none. Several are an error. */
  one(sql: string, params?: ExtensionSqlParams): Promise<any>;

  /** Runs a statement; `lastId` is the `INTEGER PRIMARY KEY` of the row inserted last. */
  execute(sql: string, params?: ExtensionSqlParams): Promise<{ rows: number; lastId: number }>;

  /** Runs several statements, all or none. */
  transaction(
    statements: readonly (readonly [sql: string, params?: ExtensionSqlParams])[],
  ): Promise<{ rows: number; lastId: number }[]>;
}

/**
 * Values in memory, 16 MiB of them; past that, something goes that was not asked for lately. It is empty whenever this
 * extension starts. `null` counts as nothing.
 */
interface ExtensionCache {
  /** Returns what is kept; `null` if there is nothing. */
  get(key: ExtensionKey): any;

  /** Tells whether something is kept. */
  has(key: ExtensionKey): boolean;

  /** Keeps a value, for so many milliseconds if that is said. */
  set(key: ExtensionKey, value: any, options?: { ttl?: number }): void;

  /** Returns what is kept, or else what a function makes, and keeps that; of a promise, what comes of it. */
  getOrSet<T>(key: ExtensionKey, fn: () => T, options?: { ttl?: number }): T | Awaited<T>;

  /** Keeps a value no longer; tells whether it was there. */
  delete(key: ExtensionKey): boolean;

  /** Keeps nothing any longer. */
  clear(): void;

  /** Tells how it is used, and how full it is. */
  stats(): { hits: number; misses: number; evictions: number; entries: number; bytes: number };
}

interface ExtensionLog {
  /** The same as `info`. */
  (...values: any[]): void;

  /** For whoever looks for a mistake. */
  debug(...values: any[]): void;

  /** For whoever is interested. */
  info(...values: any[]): void;

  /** For whoever should have a look. */
  warn(...values: any[]): void;

  /** For everybody. */
  error(...values: any[]): void;
}

declare const console: Console;

interface Console {
  /** Writes to the log, as `extension.log.info`. */
  log(...values: any[]): void;
  info(...values: any[]): void;
  warn(...values: any[]): void;
  error(...values: any[]): void;
  debug(...values: any[]): void;

  /** Writes one value. */
  dir(value: any): void;
  table(value: any): void;

  /** Writes where it is called. */
  trace(...values: any[]): void;

  /** Writes an error if something does not hold. */
  assert(holds: any, ...values: any[]): void;
}

/** Calls a function later, on the time of the app, which may be paused or run faster. Returns a number for `clearTimeout`. */
declare function setTimeout(callback: (...args: any[]) => unknown, ms?: number, ...args: any[]): number;

/** Calls a function again and again. Returns a number for `clearInterval`. */
declare function setInterval(callback: (...args: any[]) => unknown, ms?: number, ...args: any[]): number;

/** Stops a timer. */
declare function clearTimeout(timer?: number): void;

/** Stops a timer. */
declare function clearInterval(timer?: number): void;

/** Calls a function at the end of the current call. */
declare function queueMicrotask(callback: () => unknown): void;

/** Copies a value, with all that is in it. */
declare function structuredClone<T>(value: T): T;
