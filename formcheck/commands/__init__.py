"""The commands of formcheck, a module each."""
