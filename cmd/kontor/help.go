package main

import (
	"github.com/spf13/cobra"

	"kontor/pkg/manual"
)

// helpTopics lists the pages of the manual as topics of `kontor help`. A command that does nothing is a topic to Cobra.
func helpTopics() ([]*cobra.Command, error) {
	topics, err := manual.Topics()
	if err != nil {
		return nil, err
	}
	list := make([]*cobra.Command, len(topics))
	for i, topic := range topics {
		list[i] = &cobra.Command{Use: topic.Name, Short: topic.Title, Long: topic.Text}
	}
	return list, nil
}
