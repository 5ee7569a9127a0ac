"""What is exported: a module for each model, whose function of the same name makes a `Servable`."""
