// Up for six hours, down for six hours.
exports.level = (hour, { start, step }) => start + step * (6 - Math.abs(6 - (hour % 12)));
