//@extension name clock
//@extension version 1.1.0
