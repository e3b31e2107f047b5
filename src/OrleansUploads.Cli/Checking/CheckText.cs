using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Cli.Checking;

/// <summary>Formats the progress and the counts of a check as text.</summary>
internal static class CheckText
{
    /// <summary>Describes the progress of a check.</summary>
    public static string FormatProgress(CheckPosition position) => position.Stage switch
    {
        CheckStage.Journal => $"Checking the journal: {Quantity.Format(position.Tally.Histories, "history", "histories")} so far.",
        CheckStage.Bytes => $"Checking bytes: {FormatCounts(position.Tally)} so far.",
        _ => "Looking for bytes that nothing refers to.",
    };

    /// <summary>Lists how many archives, uploads, parts and bytes were checked.</summary>
    public static string FormatCounts(CheckTally tally) => string.Join(
        ", ",
        Quantity.Format(tally.Archives, "archive"),
        Quantity.Format(tally.OpenUploads, "open upload"),
        Quantity.Format(tally.Parts, "part"),
        ByteCount.Format(tally.PartBytes));
}
