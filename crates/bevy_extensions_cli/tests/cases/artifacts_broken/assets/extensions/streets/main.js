console.log('streets');
