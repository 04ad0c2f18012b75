"""What an analyzer keeps, what it folds, and that both say the same."""
