using System.Globalization;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Cli.Checking;

/// <summary>Formats the progress and the counts of a check as text.</summary>
internal static class CheckText
{
    /// <summary>Describes the progress of a check.</summary>
    public static string FormatProgress(CheckPosition position) => position.Stage switch
    {
        CheckStage.Journal => string.Create(
            CultureInfo.InvariantCulture, $"checking the journal: {position.Tally.Histories:N0} histories so far"),
        CheckStage.Bytes => $"checking bytes: {FormatCounts(position.Tally)} so far",
        _ => "looking for bytes that nothing refers to",
    };

    /// <summary>Lists how many archives, uploads, parts and bytes were checked.</summary>
    public static string FormatCounts(CheckTally tally) => string.Create(
        CultureInfo.InvariantCulture,
        $"{tally.Archives:N0} archives, {tally.OpenUploads:N0} open uploads, {tally.Parts:N0} parts, {ByteCount.Format(tally.PartBytes)}");
}
