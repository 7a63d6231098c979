console.log('light');
