//@extension version 1.2.0
//@extension description Shows ships the way in the dark.
//@extension requires tides

// A single file is an extension. What it says about itself stands in comments at its top.
const tides = extension.imports('tides');

extension.on('ship.came', (event, meta) => {
  const who = meta.sender ?? 'the harbour';
  console.log(`${who} sees the ${event.ship}; the water is ${tides.height} m high`);
  // Whoever listens after this one, and whoever emitted the event, sees the change.
  event.seen = true;
});
