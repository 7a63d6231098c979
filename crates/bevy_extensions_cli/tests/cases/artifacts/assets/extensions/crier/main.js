console.log(require('plural')('beer'));
