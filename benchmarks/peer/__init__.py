"""What a plain Wagtail site would have: a model with a stock viewset, and a plain page. For comparison only."""
