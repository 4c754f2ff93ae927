"""How every page looks: tags, forms, menu and the parts behind them. Knows nothing of visits."""
