console.log('parks');
