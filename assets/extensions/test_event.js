// Listen to a test event called 'test-event'
extension.on('test-event', event => {
      console.log(`We got the test event from ${event.sender}`);
});
// Listen to init; a good time to emit events
extension.on('init', event => {
      extension.emit('test-event', { sender: 'Quinn' });
});
