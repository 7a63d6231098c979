console.log('lamps');
