//@extension version 1.0.0
//@extension requires Market ^1

const market = extension.imports('Market');

// Hears an event that Rust declares, and changes it: Rust sees the change.
extension.on('market.offer', (offer) => {
  const price = market.price({ goods: offer.goods });
  if (offer.gold > price) {
    console.log(`${offer.gold} for ${offer.goods}? ${price}, and not a coin more`);
    offer.gold = price;
  }
});

// Offers something to Rust.
extension.exports = {
  advise({ goods }) { return market.price({ goods }) < 5 ? 'buy' : 'wait'; },
};

// Serves an interface that Rust declares and uses.
extension.driver('voice', {
  say({ text }) { console.log(`"${text}!"`); },
});
