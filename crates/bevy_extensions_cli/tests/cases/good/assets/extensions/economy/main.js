exports.wage = () => extension.config.wage;
