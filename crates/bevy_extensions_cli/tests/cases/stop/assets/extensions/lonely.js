//@extension requires gone
