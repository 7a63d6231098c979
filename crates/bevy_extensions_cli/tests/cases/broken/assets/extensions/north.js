//@extension requires south
