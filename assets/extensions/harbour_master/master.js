const tides = extension.imports('tides');

// A driver: what this extension does for the interface `pilot`, whoever has declared it.
extension.driver('pilot', {
  mayEnter({ draught }) { return draught <= tides.height; },
});

extension.on('preinit', () => console.log('the office is open'));
extension.on('terminate', () => console.log('the office is closed'));
