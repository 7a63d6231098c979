//@extension requires weather ^2
