"""The model behind the generated samples: a firm, its sales process, what it exports, and what is true of it."""
