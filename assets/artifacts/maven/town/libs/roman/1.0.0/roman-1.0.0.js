// A library that is a single file: it writes numbers as the Romans did.
const SIGNS = [[100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']];

exports.roman = (number) => {
  let text = '';
  for (const [worth, sign] of SIGNS) {
    for (; number >= worth; number -= worth) text += sign;
  }
  return text;
};
