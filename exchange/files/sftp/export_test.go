package sftp

// Over waits until the tree has seen that its connection ended.
func (t *Tree) Over() { <-t.now.over }
