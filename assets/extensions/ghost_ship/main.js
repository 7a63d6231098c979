console.log('nobody hears this');
