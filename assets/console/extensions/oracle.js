//@extension version 1.0.0
//@extension requires Treasury ^2
//@extension description "Says what the day brings, for gold."
const { deposit } = extension.imports('Treasury');
const sayings = ['rain', 'a visitor', 'nothing at all'];
let asked = 0;

extension.command(
  'ask',
  { arguments: 'QUESTION', help: 'asks the oracle, for 2 gold', complete: () => ['today', 'tomorrow'] },
  (words) => {
    if (words.length === 0) return 'the oracle waits for a question';
    const gold = deposit(2);
    return `"${words.join(' ')}": ${sayings[asked++ % sayings.length]}. The treasury has ${gold} gold now.`;
  },
);

extension.on('visitor.came', (visitor) => { visitor.omen = sayings[asked % sayings.length]; });
