//@extension requires wether
