//@extension requires umbrella
