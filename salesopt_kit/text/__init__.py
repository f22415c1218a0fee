"""What people wrote, in Chinese or English: cut into words, matched to topics, searched for new topics."""
