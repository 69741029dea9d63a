"""What builds, checks and emulates the deployed artefacts. Nothing of it is deployed."""
