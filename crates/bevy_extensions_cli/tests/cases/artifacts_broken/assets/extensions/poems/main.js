console.log('poems');
