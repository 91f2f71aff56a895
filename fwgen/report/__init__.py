"""What came of a run: the verdict, the JSON report, the page with pictures, the table."""
