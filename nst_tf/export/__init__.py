"""SavedModels for TensorFlow Serving: signatures of everything that the package makes, cards, warm-up records."""
