//@extension optional weather ^3
//@extension any_of sun | moon ^1
