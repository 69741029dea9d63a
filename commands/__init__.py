"""Commands for whoever operates a deployment, run from their own machine with their own credentials. Nothing is deployed."""
