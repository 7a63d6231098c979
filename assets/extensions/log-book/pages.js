const lines = [];

export const write = (line) => lines.push(line);
export const pages = () => lines;
