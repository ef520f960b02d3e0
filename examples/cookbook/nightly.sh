#!/bin/sh
# A script as a step: its duration, exit code and the end of what it says on its standard error go along.
# Its own milestone belongs to that step.
spanledger run --service payroll --system payroll --step payroll_run.exported --entity payroll_run=2026-03 -- sh -c '
    spanledger emit --service payroll --step payroll_run.approved --entity payroll_run=2026-03
'
