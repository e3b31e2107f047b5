"""Runs all operations through boto3 on a server with damaged journals of the account and of one vault.

Usage: boto3_damaged.py ENDPOINT

Runs after boto3_operations.py, on the same data folder. Prints a report as JSON.
"""

import sys

import every_operation
from boto3_operations import DAMAGED_VAULT
from glacier_client import Exercised, connect
from report import Report


def main():
    exercised = Exercised()
    glacier = connect(sys.argv[1], exercised)
    report = Report(exercised)
    report.attempt("damaged journal", every_operation.run_damaged, glacier, DAMAGED_VAULT)
    report.print()


if __name__ == "__main__":
    main()
