"""Reading the texts of archived files: a queue, and child processes with limits.

Files come from strangers. Only children open them: poppler's `pdftotext` PDF, `docx.py` DOCX.
"""
