//@extension name Quiet
//@extension version 0.1.0
