package sample

import "testing"

func TestAnswer(t *testing.T) {
	if Answer() != 42 {
		t.Fatalf("the answer is %d", Answer())
	}
}
