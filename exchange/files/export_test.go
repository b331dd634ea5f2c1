package files

// Explained is what Local makes of an error of the system.
var Explained = explained
