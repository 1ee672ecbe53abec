"""Where a webinar is held: any address, or a server whose rooms we open. One small interface, `values.Room`."""
