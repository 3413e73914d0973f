"""Whether an account at Meta is ready to work for us: asked step by step, changing nothing, with what to mend."""
