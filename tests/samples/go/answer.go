package sample

// Answer is what was asked for.
func Answer() int { return 6 * 7 }
