//@extension name Bard
//@extension version 1.0.0
//@extension description Sings when the sun comes out, and wants to be paid for it.
//@extension requires Economy ^1
//@extension requires Weather ^1

const economy = extension.imports('Economy');
const voice = extension.drivers('voice');

extension.on('sky.turned', ({ sky }) => {
  if (sky === 'Sunny') {
    voice.say({ text: 'here comes the sun' });
    economy.spend({ gold: extension.config.fee, on: 'a song' });
  }
});

extension.on('terminate', () => console.log('there will be other towns'));
