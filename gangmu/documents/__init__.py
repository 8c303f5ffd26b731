"""Official documents: reading text and blanks, writing numbers and Word files to GB/T 9704-2012."""
