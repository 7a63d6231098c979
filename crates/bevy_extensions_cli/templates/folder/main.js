// `extension` is what the app gives you: events, functions of others, settings, data.
extension.on('init', () => {
  console.log(`${extension.name} ${extension.version} says hello`);
});
