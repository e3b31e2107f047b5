using OrleansUploads.Cli.Transfers;

namespace OrleansUploads.Cli.Checking;

/// <summary>The <c>check</c> command: compares the bytes in a data folder with its journal.</summary>
internal static class CheckCommand
{
    public static Command Create()
    {
        var data = CommonOptions.Data(
            "The data folder. A server may be using it. If none is, no server can start on it until the check has ended.");
        var deep = new Option<bool>("--deep")
        {
            Description = "Recompute the tree hash of every part and archive. Without this option, only block checksums are compared.",
        };
        var limit = TransferOptions.Limit("The maximum rate at which bytes are read, such as 50MiB/s.");
        var resume = new Option<FileInfo?>("--resume")
        {
            Description = "Save the progress of the check in this file, and continue from it if the file exists.",
            HelpName = "file",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON document instead of text." };
        var orphans = new Option<bool>("--orphans")
        {
            Description = "Also list uploads with bytes that nothing refers to. These are not counted as damage.",
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Do not print progress to standard error." };
        var command = new Command(
            "check",
            "Compare the bytes in a data folder with its journal. Exit codes: 0 if everything is sound, 1 if something is damaged, "
            + "2 if the check could not be completed.")
        {
            data, deep, limit, resume, json, orphans, quiet,
        };
        command.SetAction((parsed, cancellationToken) => new CheckRun(new CheckSettings
        {
            DataFolder = parsed.GetRequiredValue(data).FullName,
            Deep = parsed.GetValue(deep),
            BytesPerSecond = parsed.GetValue(limit),
            ResumeFile = parsed.GetValue(resume)?.FullName,
            Json = parsed.GetValue(json),
            ListOrphans = parsed.GetValue(orphans),
            Quiet = parsed.GetValue(quiet),
        }).RunAsync(cancellationToken));
        return command;
    }
}

/// <summary>The options of the <c>check</c> command.</summary>
internal sealed record CheckSettings
{
    public required string DataFolder { get; init; }

    public bool Deep { get; init; }

    /// <summary>The maximum number of bytes to read per second, or null for no limit.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>The file in which progress is saved; null to save none.</summary>
    public string? ResumeFile { get; init; }

    public bool Json { get; init; }

    public bool ListOrphans { get; init; }

    public bool Quiet { get; init; }
}
