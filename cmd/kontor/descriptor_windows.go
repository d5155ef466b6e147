package main

// maxDescriptors returns 0, because Windows has no limit that a process could ask for.
func maxDescriptors() int { return 0 }
