"""The report: one page that opens offline, made from the files of a result alone."""

from formcheck.report.page import (
    PLOTLY_NAME,
    REPORT_NAME,
    report_page,
    write_plotly,
    write_report,
)

__all__ = ["PLOTLY_NAME", "REPORT_NAME", "report_page", "write_plotly", "write_report"]
