"""The guided lesson: seven steps, each an idea, something to try and a question."""
