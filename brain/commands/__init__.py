"""Programs of one file for whoever runs a deployment: `python -m brain.NAME`."""
