"""The report: one page that opens offline, made from the files of a result alone."""

from formcheck.report.page import report_page, write_report
from formcheck.report.templates import PLOTLY_NAME, write_plotly
from formcheck.results.folder import REPORT_NAME

__all__ = ["PLOTLY_NAME", "REPORT_NAME", "report_page", "write_plotly", "write_report"]
