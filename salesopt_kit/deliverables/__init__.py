"""What is handed over: sheets, documents, slides and pages drawn from the records and the figures."""
