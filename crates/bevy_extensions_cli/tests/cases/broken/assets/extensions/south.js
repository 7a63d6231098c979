//@extension requires north
