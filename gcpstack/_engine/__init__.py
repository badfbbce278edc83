"""The loop: observe, plan, apply. It knows no service and no concrete resource."""
