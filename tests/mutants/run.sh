#!/usr/bin/env bash
# Shows that the tests notice mistakes: each row of mutants.tsv changes an expression of the source, and a test class must fail then.
# All mutants are in one build of a copy of the repository. The variable MUTANT chooses the row.
# Usage: tests/mutants/run.sh [ROW…], with numbers of rows from 1; without arguments, all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z | xargs -0 cp --parents --target-directory="$copy"
mapfile -t rows < <(tail -n +2 tests/mutants/mutants.tsv)
cd "$copy"

for i in "${!rows[@]}"; do
    IFS=$'\t' read -r project class file code mutant <<<"${rows[i]}"
    path=src/OrleansUploads.$file
    text=$(<"$path")
    rest=${text/"$code"/}
    if [[ $rest == "$text" || $rest == *"$code"* ]]; then
        echo "Row $((i + 1)): '$code' must occur once in $path. Correct the row."
        exit 1
    fi
    chosen="global::System.Environment.GetEnvironmentVariable(\"MUTANT\") == \"$((i + 1))\""
    printf '%s\n' "${text/"$code"/"($chosen ? $mutant : $code)"}" >"$path"
done
for project in $(printf '%s\n' "${rows[@]}" | cut -f 1 | sort -u); do
    dotnet build "tests/OrleansUploads.$project.Tests" --configuration Release --verbosity quiet -p:RunAnalyzers=false
done

# Runs a row's test class, without a mutant or with it.
run() {
    MUTANT=$1 dotnet "tests/OrleansUploads.$2.Tests/bin/Release/net10.0/OrleansUploads.$2.Tests.dll" \
        -noLogo -noColor -stopOnFail -class "*.$3" </dev/null >log 2>&1
}

survived=0
declare -A passes
(($# > 0)) || set -- $(seq ${#rows[@]})
for row; do
    IFS=$'\t' read -r project class file code mutant <<<"${rows[row - 1]}"
    if [[ -z ${passes[$class]:-} ]] && ! run "" "$project" "$class"; then
        echo "$class fails without a mutant:"
        cat log
        exit 1
    fi
    passes[$class]=true
    if run "$row" "$project" "$class"; then
        echo "Row $row survives: $file with '$mutant' instead of '$code', and $class passes."
        survived=$((survived + 1))
    else
        echo "Row $row is killed by $class: $(grep --max-count=1 '\[FAIL\]' log || tail -n 1 log)"
    fi
done
echo "$(($# - survived)) of $# mutants are killed."
((survived == 0))
