"""What a stack costs a month: prices as data, a formula for each kind, and no call to anybody."""
