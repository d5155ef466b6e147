package main

import (
	"strings"
	"testing"

	"kontor/pkg/manual"
)

// TestRelease compares the release with the newest one that the manual's changes name.
func TestRelease(t *testing.T) {
	topics, err := manual.Topics()
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range topics {
		if topic.Name != "changes" {
			continue
		}
		_, after, _ := strings.Cut(topic.Text, "\n## ")
		if newest, _, _ := strings.Cut(after, "\n"); newest != release {
			t.Errorf("the manual begins with %q, the release is %q", newest, release)
		}
		return
	}
	t.Error("the manual has no page of changes")
}
