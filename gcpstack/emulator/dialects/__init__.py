"""How families of Google APIs behave: the standard methods, once for each family."""
