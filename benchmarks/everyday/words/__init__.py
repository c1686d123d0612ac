"""What the everyday cases are made of: values, and turns of other topics."""
