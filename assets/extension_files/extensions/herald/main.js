// Announces what it hears with words of its own folder, and remembers it.
const { files, storage } = extension;

extension.on('greeted', ({ starts }) => {
  const words = JSON.parse(files.read('words.json'));
  const seen = storage.has('seen.json') ? JSON.parse(storage.read('seen.json')) : [];
  seen.push(`${words.hear} ${starts}`);
  storage.write('seen.json', JSON.stringify(seen));
  console.log(seen.join(', '));
});
