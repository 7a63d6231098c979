// A tavern: what guests drink is counted in `kv`, written down in `db`, and what the board says is in `cache`.
const { kv, db, cache } = extension.imports('data');

db.migrate([
  ['001 orders', 'CREATE TABLE orders (guest TEXT NOT NULL, drink TEXT NOT NULL, price INTEGER NOT NULL) STRICT'],
]);

extension.on('guest.orders', async ({ guest, drink }) => {
  const price = drink === 'ale' ? 3 : 5;
  await db.execute('INSERT INTO orders VALUES (:guest, :drink, :price)', { guest, drink, price });
  console.log(`${drink} for ${guest}, that is glass ${kv.incr(['glasses', guest])}`);
});

// To add it all up may take long, so the board is written anew once a minute.
const board = () =>
  cache.getOrSet('board', () => db.query('SELECT drink, sum(price) AS gold FROM orders GROUP BY drink ORDER BY drink'), {
    ttl: 60_000,
  });

extension.on('night.falls', async () => {
  for (const { drink, gold } of await board()) console.log(`${gold} gold for ${drink}`);
  for (const { key, value } of kv.list(['glasses']).entries) console.log(`${key[1]}: ${value} in all`);
  await board();
  console.log(`the board was written ${cache.stats().misses} time`);

  // All or nothing: nobody pays twice.
  const pay = 'INSERT INTO orders VALUES (?, ?, ?)';
  await db.transaction([[pay, ['Ann', 'water', 0]], [pay, ['Ann', 'water', null]]]).catch((error) => {
    console.log(`no: ${error.message}`);
  });
  extension.emit('lights.out', {});
});
