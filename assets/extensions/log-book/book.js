import { write, pages } from './pages.js';

// Everything that happens to ships and to the sea.
extension.on('ship.*', (event, { key }) => write(`${key}: ${event.ship}`));
extension.on('tides.*', (event, { key }) => write(`${key}: ${event.height} m`));

extension.exports = { pages };
