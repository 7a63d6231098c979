// Libraries, by their names: a package of npm, and a single file.
const { default: plural } = require('plural');
const { roman } = require('roman');

extension.on('init', () => {
  const prices = extension.artifact('prices');
  for (const line of prices.read().trim().split('\n')) {
    const [what, price] = line.split(',');
    console.log(`fine ${plural(what)}, for ${roman(Number(price))} coins each!`);
  }
});
