const { level } = require('./lib/level');

let hour = 0;

// What others may use: functions, and values that are read when somebody asks for them.
extension.exports = {
  get height() { return level(hour, extension.config); },
  forecast({ hours }) { return level(hour + hours, extension.config); },
};

extension.on('init', () => {
  // On the time of the app: if the app is paused, so is the sea.
  setInterval(() => {
    hour += 1;
    extension.emit('tides.turned', { height: extension.exports.height });
  }, 10);
});
