"""What officers see: thin views over the storeys below."""
