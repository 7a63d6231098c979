//@extension version 0.1.0
//@extension after Weather
