//@extension name Weather
//@extension version 1.0.0
//@extension description Rain and sun.
//@extension optional Bank
