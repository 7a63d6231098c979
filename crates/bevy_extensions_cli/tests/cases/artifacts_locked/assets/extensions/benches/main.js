console.log('benches');
