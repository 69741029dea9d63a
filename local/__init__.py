"""The whole system on one machine, read from template.yaml. Nothing in here is ever deployed."""
