"""What money is left at the gateways: asked for, kept with its evidence, and what waits when it is too little."""
