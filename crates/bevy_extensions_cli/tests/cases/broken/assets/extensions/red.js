//@extension conflicts blue
