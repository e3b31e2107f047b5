#!/bin/sh
# Runs the simulation. Arguments: ./simulate.sh --seed N, --seeds N, --minutes M, --objects, --inventories, --clocks, --bugs, --real --rounds N, --power-cut --rounds N, --soak or --hostile. See docs/simulation.md.
set -eu
cd "$(dirname "$0")"
project=tests/OrleansUploads.Simulation
dotnet build "$project" -c Release -v q --nologo >&2
exec dotnet "$project/bin/Release/net10.0/OrleansUploads.Simulation.dll" simulate "$@"
