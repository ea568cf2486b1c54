"""Values turned into files: reports, workbooks, calendars, notices."""
