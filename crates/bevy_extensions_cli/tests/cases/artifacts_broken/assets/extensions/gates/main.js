console.log('gates');
